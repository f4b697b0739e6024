// Renders a view: checks the permission and the parameters, then lets the view's function answer.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "history/pages/views.h"
#include "history/request/recording_state.h"
#include "history/request/view_request.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// The members whose ids a page shows.
struct ShownMembers {
  std::string_view view;
  std::string message_id;  // empty when the page is of none
  std::vector<std::string> ids;
};

// True when a member is asked for by an id that the actor may not see: it finds nothing, whether
// there is such a member or not.
bool is_hidden_lookup(const ViewRequest& request);

// What views are made from, beside the request. With `seal` the view of exports recomputes each
// record it shows; without, it only checks that they follow each other.
struct ViewSource {
  Snapshot& snapshot;
  const TenantFacts& tenant;
  std::int64_t now_us = 0;
  Reattribution reattribution;
  AuditSeal seal = {};
  RecordingState recording = {};
  // Puts on record what a page is about to show; when it throws, the page is not shown.
  std::function<void(const ShownMembers& shown)> record_reading = {};
};

// How many snapshots of one commit a view has work for, at least 1.
std::size_t snapshots_of_view(std::string_view view_id);

// NOT_FOUND: no such view or thing. DENIED: a permission is missing. INVALID: a parameter without
// which there is nothing to show is missing or wrong. Each in the language of the request.
// Throws what the snapshot throws.
crm::Result<nlohmann::ordered_json> render_view(const ViewRequest& request,
                                                const ViewSource& source);

}  // namespace message_history
