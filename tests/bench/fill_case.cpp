// Makes a store for the cases that read: messages, deliveries and their sales.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "shop_feed.h"

namespace crm_bench {

namespace {

// Sales follow their deliveries this far behind.
constexpr uint64_t stretch_deliveries = 50'000;

struct FillOptions : CaseOptions {
  std::string tenant{bench_tenant};
  bool clicks = false;
};

Json fill(const FillOptions& options) {
  const Shop shop(options.size);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  plugin.declare(options.tenant);
  ShopFeed feed(shop, plugin, options.tenant);
  double seconds = feed.record_messages();
  const Clicks clicks = options.clicks ? Clicks::with : Clicks::without;
  for (uint64_t begin = 0; begin < options.size.deliveries; begin += stretch_deliveries) {
    const uint64_t end = std::min(begin + stretch_deliveries, options.size.deliveries);
    seconds += feed.record_deliveries(begin, end);
    seconds += feed.record_sales(begin, end, clicks);
  }
  plugin.rest(options.data);
  seconds += plugin.close();
  return {{"deliveries", options.size.deliveries},
          {"orders", feed.orders_recorded()},
          {"seconds", seconds},
          {"bytes", stored_bytes(options.data)}};
}

}  // namespace

void add_fill_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<FillOptions>();
  CLI::App* command = app.add_subcommand("fill", "Make a store for the cases that read");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--tenant", options->tenant);
  command->add_flag("--clicks", options->clicks, "Members click, too");
  command->callback([&chosen, options] { chosen = [options] { return fill(*options); }; });
}

}  // namespace crm_bench
