// All orders of a filled store decided again under another rule, as the admin shows it.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

struct ReattributionOptions : CaseOptions {
  uint64_t delivered_window_hours = 0;
};

Json tile_value(const Json& document, std::string_view key) {
  for (const Json& component : document["components"]) {
    if (component.value("id", "") != "draft") continue;
    for (const Json& tile : component["tiles"]) {
      if (tile["key"] == key) return tile["value"];
    }
  }
  throw crm::Failure(CRM_ERR_NOT_FOUND,
                     "the rule shows no draft; take other hours than those in force");
}

Json reattribute(const ReattributionOptions& options) {
  PluginUnderTest plugin({options.data, options.plugin_folder});
  ViewReader reader(plugin, bench_tenant);
  const char* const view = "settings.attribution";
  reader.read({view, {}});  // the store is open, as the database it is compared with
  const ViewAnswer answer = reader.read(
      {view, {{"delivered_window_hours", std::to_string(options.delivered_window_hours)}}});
  const Json document = answer.document();
  return {{"seconds", answer.seconds},
          {"orders_before", tile_value(document, "orders_before")},
          {"orders", tile_value(document, "orders_after")},
          {"net_minor", tile_value(document, "net_after")["amount_minor"]}};
}

}  // namespace

void add_reattribution_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<ReattributionOptions>();
  CLI::App* command = app.add_subcommand("reattribution", "Decide all orders of a store again");
  add_place_options(*command, *options);
  command->add_option("--delivered-window-hours", options->delivered_window_hours)->required();
  command->callback([&chosen, options] { chosen = [options] { return reattribute(*options); }; });
}

}  // namespace crm_bench
