// Many tenants whose batches come in turns, and how many files that keeps open.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <memory>

#include "case.h"
#include "latencies.h"
#include "plugin_under_test.h"
#include "shop_events.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

struct TenantsOptions : CaseOptions {
  uint64_t tenants = 0;
};

uint64_t open_files() {
  uint64_t count = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count - 1;  // the folder itself
}

std::string tenant_name(uint64_t number) {
  return fmt::format("shop-{:04}", number);
}

// Every tenant gets the same events: tenants know nothing of each other.
Json record(const TenantsOptions& options) {
  const Shop shop(options.size);
  ShopEvents events(shop);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  for (uint64_t i = 0; i < options.tenants; ++i) plugin.declare(tenant_name(i));
  const uint64_t files_before = open_files();
  uint64_t files_max = files_before;
  Latencies batches;
  for (uint64_t begin = 0; begin < options.size.deliveries; begin += batch_events) {
    host_stub::EventBatch batch;
    for (uint64_t i = begin; i < std::min(begin + batch_events, options.size.deliveries); ++i) {
      events.add_final_delivery(i, batch);
    }
    for (uint64_t i = 0; i < options.tenants; ++i) {
      batches.add(plugin.record(tenant_name(i), send_engine, batch));
      files_max = std::max(files_max, open_files());
    }
  }
  double settle_s = 0;
  for (uint64_t i = 0; i < options.tenants; ++i) settle_s += settle(plugin, tenant_name(i));
  const double close_s = plugin.close();
  return {{"tenants", options.tenants},
          {"events", options.tenants * options.size.deliveries},
          {"ours_s", batches.sum_s() + settle_s + plugin.background_s() + close_s},
          {"ours_commits", batches.json()},
          {"open_files_max", files_max - files_before},
          {"bytes", stored_bytes(options.data)}};
}

}  // namespace

void add_tenants_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<TenantsOptions>();
  CLI::App* command = app.add_subcommand("tenants", "Record into many tenants in turns");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--tenants", options->tenants)->required();
  command->callback([&chosen, options] { chosen = [options] { return record(*options); }; });
}

}  // namespace crm_bench
