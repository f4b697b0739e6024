#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <crm/cpp/text.hpp>

#include "base/printable.h"
#include "commands/actor.h"
#include "commands/command.h"
#include "commands/output.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct PositionOptions {
  SessionOptions session;
  std::string tenant;
  std::string source;
  uint64_t seq = 0;
  bool is_set = false;
  std::string reason;
};

Outcome show_position(const PositionOptions& options, LoadedPlugin& plugin) {
  const auto position = plugin.position({options.tenant, options.source});
  if (!position) return position.error();
  return print_line(std::to_string(position.value()));
}

Outcome set_position(const PositionOptions& options, LoadedPlugin& plugin) {
  const std::string actor = cli_actor();
  crm_position_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(options.tenant);
  request.source = crm::str(options.source);
  request.actor = crm::str(actor);
  request.origin = crm::str("crm-host position");
  request.reason = crm::str(options.reason);
  request.seq = options.seq;
  const auto before = plugin.set_position(request);
  if (!before) {
    return failure(
        before.error().status,
        fmt::format("the position of source {} of tenant {} cannot be set: {}",
                    printable(options.source), printable(options.tenant), before.error().detail));
  }
  return print_line(fmt::format("source {} of tenant {}: {} -> {}", printable(options.source),
                                printable(options.tenant), before.value(), options.seq));
}

Outcome run_position(const PositionOptions& options) {
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_maintenance();
  if (!plugins) return plugins.error();
  for (LoadedPlugin* plugin : plugins.value()) {
    if (!plugin->offers_events()) continue;
    return options.is_set ? set_position(options, *plugin) : show_position(options, *plugin);
  }
  return failure(CRM_ERR_UNSUPPORTED,
                 "no plugin that is loaded records events and can set positions");
}

}  // namespace

void add_position_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<PositionOptions>();
  CLI::App* command = app.add_subcommand(
      "position", "Show up to which seq a source is recorded, or set it, for a reason");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--tenant", options->tenant, "The tenant's id")->required();
  command->add_option("--source", options->source, "The source's name")->required();
  CLI::Option* const set =
      command->add_option("--set", options->seq, "The new position: what is above it is taken")
          ->check(CLI::Range(uint64_t{0}, uint64_t{INT64_MAX}));
  CLI::Option* const reason =
      command->add_option("--reason", options->reason, "Why, for the audit chain");
  set->needs(reason);
  reason->needs(set);
  command->callback([&chosen, options, set] {
    options->is_set = set->count() > 0;
    chosen = [options] { return run_position(*options); };
  });
}

}  // namespace host_stub
