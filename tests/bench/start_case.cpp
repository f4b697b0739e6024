// Loading and starting the plugin on a filled store, until it has answered its first call.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "loader/host_log.h"
#include "loader/metrics.h"
#include "plugin_under_test.h"
#include "stopwatch.h"

namespace crm_bench {

namespace {

Json start(const CaseOptions& options) {
  const std::filesystem::path data = std::filesystem::canonical(options.data);
  host_stub::HostLog log(CRM_LOG_WARNING);
  host_stub::Metrics metrics;
  host_stub::KeyStore keys(host_stub::keys_folder(data));
  const auto settings = required(host_stub::TenantSettings::open(host_stub::host_folder(data)));
  const host_stub::HostServices services{log, *settings, keys, metrics, data};
  const std::filesystem::path file =
      std::filesystem::canonical(options.plugin_folder / "message_history.so");
  const Stopwatch watch;
  const auto plugin = required(host_stub::LoadedPlugin::open(file));
  const double loaded_s = watch.seconds();
  require(plugin->create(services));
  require(plugin->start());
  const double started_s = watch.seconds();
  const uint64_t position = required(plugin->position({bench_tenant, send_engine}));
  const double answered_s = watch.seconds();
  if (position == 0) {
    throw crm::Failure(CRM_ERR_NOT_FOUND, data.string() + " holds no deliveries; fill it first");
  }
  return {{"loaded_ms", 1e3 * loaded_s},
          {"started_ms", 1e3 * started_s},
          {"answered_ms", 1e3 * answered_s},
          {"bytes", stored_bytes(data)}};
}

}  // namespace

void add_start_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<CaseOptions>();
  CLI::App* command = app.add_subcommand("start", "Load and start the plugin on a filled store");
  add_place_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return start(*options); }; });
}

}  // namespace crm_bench
