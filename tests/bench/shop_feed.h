// Sends the events of a Shop to the plugin, in batches, and tells how long the plugin took.
#pragma once

#include <string>

#include "plugin_under_test.h"
#include "shop_events.h"

namespace crm_bench {

enum class Clicks { without, with };

// Goes on after what the tenant has recorded already. Seconds are those inside on_batch. Not
// thread-safe.
class ShopFeed {
 public:
  ShopFeed(const Shop& shop, PluginUnderTest& plugin, std::string tenant);

  double settle();  // waits until what was recorded is settled
  double record_messages();
  // The final results of deliveries begin..end-1.
  double record_deliveries(uint64_t begin, uint64_t end);
  // The orders that follow them and, of every twentieth, a click.
  double record_sales(uint64_t begin, uint64_t end, Clicks clicks);
  // Erases that many members, spread over all of them, in one batch.
  double record_erasures(uint64_t count);
  double record_orders(const std::vector<OrderRow>& orders);

  uint64_t orders_recorded() const { return orders_recorded_; }

 private:
  double send(std::string_view source);

  const Shop& shop_;
  PluginUnderTest& plugin_;
  const std::string tenant_;
  ShopEvents engine_events_;
  ShopEvents desk_events_;
  host_stub::EventBatch batch_;
  uint64_t orders_recorded_ = 0;
};

}  // namespace crm_bench
