// The rate of recording in a store that has grown large, against a young one that takes turns.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "shop_feed.h"

namespace crm_bench {

namespace {

constexpr const char* young_tenant = "young-shop";

struct GrowthOptions : CaseOptions {
  uint64_t young_deliveries = 0;
  uint64_t slices = 0;
  uint64_t slice_deliveries = 0;
};

// Both are the same shop; one has come further.
Json measure(const GrowthOptions& options) {
  ShopSize size = options.size;
  const uint64_t measured = options.slices * options.slice_deliveries;
  size.deliveries += measured;
  const Shop shop(size);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  plugin.declare(bench_tenant);
  plugin.declare(young_tenant);
  ShopFeed grown(shop, plugin, std::string(bench_tenant));
  ShopFeed young(shop, plugin, young_tenant);
  grown.record_messages();
  young.record_messages();
  const auto recorded = [](ShopFeed& feed, uint64_t begin, uint64_t end) {
    return feed.record_deliveries(begin, end) + feed.settle();
  };
  const double young_fill_s = recorded(young, 0, options.young_deliveries);
  const double grown_fill_s = recorded(grown, 0, options.size.deliveries);
  Json slices = Json::array();
  for (uint64_t i = 0; i < options.slices; ++i) {
    const uint64_t done = i * options.slice_deliveries;
    const auto next = [&](ShopFeed& feed, uint64_t before) {
      return recorded(feed, before + done, before + done + options.slice_deliveries);
    };
    const double grown_s = next(grown, options.size.deliveries);
    const double young_s = next(young, options.young_deliveries);
    slices.push_back({{"grown_s", grown_s}, {"young_s", young_s}});
  }
  plugin.close();
  return {{"slice_deliveries", options.slice_deliveries},
          {"slices", slices},
          {"grown_fill_s", grown_fill_s},
          {"young_fill_s", young_fill_s},
          {"background_s", plugin.background_s()},
          {"bytes", stored_bytes(options.data)}};
}

}  // namespace

void add_growth_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<GrowthOptions>();
  CLI::App* command = app.add_subcommand("growth", "Record into a grown store and a young one");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--young-deliveries", options->young_deliveries)->required();
  command->add_option("--slices", options->slices)->required();
  command->add_option("--slice-deliveries", options->slice_deliveries)->required();
  command->callback([&chosen, options] { chosen = [options] { return measure(*options); }; });
}

}  // namespace crm_bench
