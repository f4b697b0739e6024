// Renders views of a test world, each checked against the schema, and finds parts of them.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "history/render.h"
#include "support/history_world.h"
#include "support/view_schema.h"

namespace crm_test {

using Json = nlohmann::ordered_json;

inline mh::ViewSource source_of(World& world, const mh::AuditSeal& seal = {}) {
  return {world.snapshot, world.tenant, now_us,
          [&world](const mh::Rule& rule) { return world.reattribution(rule); }, seal};
}

inline Json rendered(World& world, const mh::ViewRequest& request, const mh::AuditSeal& seal = {}) {
  auto view = mh::render_view(request, source_of(world, seal));
  if (!view) {
    ADD_FAILURE() << request.view_id << ": " << view.error().detail;
    return Json::object({{"components", Json::array()}});
  }
  EXPECT_EQ(schema_errors(view.value()), "") << view.value().dump(1);
  EXPECT_EQ(form_errors(view.value()), "") << request.view_id;
  return std::move(view.value());
}

// The error of a view that must not render; status 0 when it did.
inline crm::Error refused(World& world, const mh::ViewRequest& request) {
  const auto view = mh::render_view(request, source_of(world));
  return view ? crm::Error{CRM_OK, "it rendered"} : view.error();
}

// The component of this id; null when there is none.
inline Json part(const Json& document, const std::string& id) {
  for (const Json& component : document["components"]) {
    if (component.value("id", "") == id) return component;
  }
  return nullptr;
}

// The value of a tile; null when there is none.
inline Json tile(const Json& tiles, const std::string& key) {
  for (const Json& one : tiles["tiles"]) {
    if (one["key"] == key) return one["value"];
  }
  return nullptr;
}

// Every page of one table or time line, rows together.
inline Json all_rows(World& world, mh::ViewRequest request, const std::string& id,
                     const char* rows_key = "rows") {
  Json rows = Json::array();
  for (int pages = 0; pages < 1'000; ++pages) {
    const Json found = part(rendered(world, request), id);
    for (const Json& row : found[rows_key]) rows.push_back(row);
    if (!found.contains("next")) return rows;
    request.params["cursor"] = found["next"];
  }
  ADD_FAILURE() << "paging does not end";
  return rows;
}

}  // namespace crm_test
