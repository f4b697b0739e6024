// How long views take in a large store, and in a smaller one of another tenant that takes turns.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "latencies.h"
#include "stopwatch.h"
#include "view_probes.h"

namespace crm_bench {

namespace {

struct ViewsOptions : CaseOptions {
  std::string small_tenant;
  uint64_t small_deliveries = 0;
  uint64_t small_members = 1;
  uint64_t samples = 0;
  double seconds_a_view_max = 0;
};

ShopSize small_size(const ViewsOptions& options) {
  ShopSize size = options.size;
  size.deliveries = options.small_deliveries;
  size.members = options.small_members;
  return size;
}

Json measure(const ViewsOptions& options) {
  constexpr uint64_t warm_up = 3;
  const Shop large_shop(options.size);
  const Shop small_shop(small_size(options));
  PluginUnderTest plugin({options.data, options.plugin_folder});
  ViewReader large(plugin, bench_tenant);
  ViewReader small(plugin, options.small_tenant);
  Json views = Json::array();
  for (const ViewProbe& probe : view_probes(large)) {
    Latencies of_large;
    Latencies of_small;
    const Stopwatch watch;
    for (uint64_t n = 0; n < options.samples + warm_up; ++n) {
      const ViewAnswer in_large = large.read(probe.call(large_shop, large, n));
      const ViewAnswer in_small = small.read(probe.call(small_shop, small, n));
      if (n < warm_up) continue;
      of_large.add(in_large.seconds);
      of_small.add(in_small.seconds);
      if (watch.seconds() > options.seconds_a_view_max) break;
    }
    views.push_back({{"view", probe.name},
                     {"filtered", probe.shows == Shows::filtered},
                     {"alike", probe.shows == Shows::as_much},
                     {"large", of_large.json()},
                     {"small", of_small.json()}});
  }
  plugin.close();
  return {{"views", views}};
}

}  // namespace

void add_views_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<ViewsOptions>();
  CLI::App* command = app.add_subcommand("views", "Time the views of two filled tenants");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--small-tenant", options->small_tenant)->required();
  command->add_option("--small-deliveries", options->small_deliveries)->required();
  command->add_option("--small-members", options->small_members)->required();
  command->add_option("--samples", options->samples, "Of each view")->required();
  command
      ->add_option("--seconds-a-view", options->seconds_a_view_max, "Ends a view's samples early")
      ->required();
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench
