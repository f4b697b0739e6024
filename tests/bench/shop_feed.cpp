#include "shop_feed.h"

#include <utility>

#include "case.h"
#include "view_reader.h"

namespace crm_bench {

namespace {

constexpr uint64_t deliveries_a_click = 20;

uint64_t position(PluginUnderTest& plugin, std::string_view tenant, std::string_view source) {
  return required(plugin.plugin().position({tenant, source}));
}

}  // namespace

ShopFeed::ShopFeed(const Shop& shop, PluginUnderTest& plugin, std::string tenant)
    : shop_(shop),
      plugin_(plugin),
      tenant_(std::move(tenant)),
      engine_events_(shop, position(plugin, tenant_, send_engine)),
      desk_events_(shop, position(plugin, tenant_, cash_desk)) {}

double ShopFeed::send(std::string_view source) {
  if (batch_.events().empty()) return 0;
  const double seconds = plugin_.record(tenant_, source, batch_);
  batch_.clear();
  return seconds;
}

double ShopFeed::settle() {
  return crm_bench::settle(plugin_, tenant_);
}

double ShopFeed::record_messages() {
  double seconds = 0;
  for (uint64_t i = 0; i < shop_.messages(); ++i) {
    engine_events_.add_message(i, batch_);
    if (batch_.events().size() == batch_events) seconds += send(send_engine);
  }
  return seconds + send(send_engine);
}

double ShopFeed::record_deliveries(uint64_t begin, uint64_t end) {
  double seconds = 0;
  for (uint64_t i = begin; i < end; ++i) {
    engine_events_.add_final_delivery(i, batch_);
    if (batch_.events().size() == batch_events) seconds += send(send_engine);
  }
  return seconds + send(send_engine);
}

double ShopFeed::record_sales(uint64_t begin, uint64_t end, Clicks clicks) {
  double seconds = 0;
  for (uint64_t i = begin; i < end; ++i) {
    if (shop_.sells(i)) {
      desk_events_.add_order(shop_.order_after(i), batch_);
      ++orders_recorded_;
    }
    if (clicks == Clicks::with && i % deliveries_a_click == 0) desk_events_.add_click(i, batch_);
    if (batch_.events().size() >= batch_events) seconds += send(cash_desk);
  }
  return seconds + send(cash_desk);
}

double ShopFeed::record_erasures(uint64_t count) {
  const ShopSize& size = shop_.size();
  const int64_t at_us = shop_.delivery(size.deliveries - 1).final_at_us;
  for (uint64_t i = 0; i < count; ++i) {
    desk_events_.add_erasure(i * size.members / count, at_us, batch_);
  }
  return send(cash_desk);
}

double ShopFeed::record_orders(const std::vector<OrderRow>& orders) {
  for (const OrderRow& order : orders) desk_events_.add_order(order, batch_);
  orders_recorded_ += orders.size();
  return send(cash_desk);
}

}  // namespace crm_bench
