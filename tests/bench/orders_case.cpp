// Orders attributed as they arrive, in a store that is filled already.

#include <CLI/CLI.hpp>
#include <memory>

#include "case.h"
#include "latencies.h"
#include "shop_feed.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

struct OrdersOptions : CaseOptions {
  uint64_t orders = 0;
};

// An order of now. Seven of ten come from a member who was reached within the last day, the others
// from anyone.
OrderRow order_of_now(const Shop& shop, uint64_t number) {
  const uint64_t deliveries = shop.size().deliveries;
  const uint64_t random = mixed(number);
  const uint64_t recent = std::max<uint64_t>(deliveries / 100, 1);
  const uint64_t delivery =
      random % 10 < 7 ? deliveries - 1 - (random >> 8) % recent : (random >> 8) % deliveries;
  OrderRow order = shop.order_after(delivery);
  order.number = deliveries + number;
  order.placed_at_us = shop.end_us() + static_cast<int64_t>(number) * 1'000;
  return order;
}

Json record(const OrdersOptions& options) {
  const Shop shop(options.size);
  PluginUnderTest plugin({options.data, options.plugin_folder});
  // Numbers go on after earlier runs on the same store.
  const uint64_t first =
      required(plugin.plugin().position({bench_tenant, cash_desk})) + options.size.deliveries;
  ShopFeed feed(shop, plugin, std::string(bench_tenant));
  // What a process does once, with the first batch it settles: all members are loaded.
  const double first_s =
      feed.record_orders({order_of_now(shop, first)}) + settle(plugin, bench_tenant);
  Latencies batches;
  std::vector<OrderRow> orders;
  for (uint64_t i = 1; i <= options.orders; ++i) {
    orders.push_back(order_of_now(shop, first + i));
    if (orders.size() < batch_events && i < options.orders) continue;
    batches.add(feed.record_orders(orders));
    orders.clear();
  }
  const double settle_s = settle(plugin, bench_tenant);
  // The newest order can be looked at.
  std::string order_id;
  Shop::order_id(order_of_now(shop, first + options.orders).number, order_id);
  ViewReader(plugin, bench_tenant).read({"order", {{"order_id", order_id}}});
  const double close_s = plugin.close();
  return {{"orders", options.orders},
          {"first_s", first_s},
          {"ours_s", batches.sum_s() + settle_s + plugin.background_s() + close_s},
          {"ours_background_s", plugin.background_s()},
          {"ours_close_s", close_s},
          {"ours_commits", batches.json()}};
}

}  // namespace

void add_orders_case(CLI::App& app, Case& chosen) {
  auto options = std::make_shared<OrdersOptions>();
  CLI::App* command = app.add_subcommand("orders", "Record orders in a filled store");
  add_place_options(*command, *options);
  add_size_options(*command, *options);
  command->add_option("--orders", options->orders)->required()->check(CLI::PositiveNumber);
  command->callback([&chosen, options] { chosen = [options] { return record(*options); }; });
}

}  // namespace crm_bench
