#include "shop_events.h"

#include <crm/cpp/text.hpp>

namespace crm_bench {

namespace {

int64_t reported_at_us(const DeliveryRow& row, uint32_t status) {
  if (status == CRM_DELIVERY_ACCEPTED) return row.accepted_at_us;
  if (status == CRM_DELIVERY_SENT) return row.sent_at_us;
  return row.final_at_us;
}

}  // namespace

template <class Event>
Event* ShopEvents::begin(uint32_t kind, int64_t at_us, host_stub::EventBatch& batch) {
  auto* const event = batch.arena().make<Event>();
  event->head.size = sizeof(Event);
  event->head.kind = kind;
  event->head.seq = ++seq_;
  event->head.at_us = at_us;
  return event;
}

template <class Write>
crm_str ShopEvents::text(host_stub::EventBatch& batch, Write&& write) {
  scratch_.clear();
  write(scratch_);
  return batch.arena().keep(scratch_);
}

void ShopEvents::add_message(uint64_t message, host_stub::EventBatch& batch) {
  auto* const event =
      begin<crm_event_message>(CRM_EVENT_MESSAGE, shop_.message_at_us(message), batch);
  event->message_id = text(batch, [&](std::string& out) { shop_.message_id(message, out); });
  event->name = text(batch, [&](std::string& out) { shop_.message_name(message, out); });
  const bool automatic = shop_.is_automatic(message);
  event->message_kind = automatic ? CRM_MESSAGE_AUTOMATIC : CRM_MESSAGE_MANUAL;
  event->channel = shop_.channel_of(message);
  event->state = automatic ? CRM_STATE_SENDING : CRM_STATE_COMPLETED;
  batch.add(&event->head, seq_);
}

void ShopEvents::add_report(uint64_t number, const DeliveryRow& row, uint32_t status,
                            host_stub::EventBatch& batch) {
  auto* const event =
      begin<crm_event_delivery>(CRM_EVENT_DELIVERY, reported_at_us(row, status), batch);
  event->message_id = text(batch, [&](std::string& out) { shop_.message_id(row.message, out); });
  event->delivery_id = text(batch, [&](std::string& out) { shop_.delivery_id(number, out); });
  event->member_id = text(batch, [&](std::string& out) { Shop::member_id(row.member, out); });
  event->provider = crm::str(row.provider);
  event->channel = row.channel;
  event->status = status;
  if (status == CRM_DELIVERY_FAILED) event->code = crm::str(row.code);
  if (status == row.final_status) {
    event->head.flags = CRM_DELIVERY_HAS_COST;
    event->cost_minor = row.cost_minor;
    event->currency = crm::str(shop_currency);
  }
  batch.add(&event->head, seq_);
}

void ShopEvents::add_delivery(uint64_t number, uint32_t status, host_stub::EventBatch& batch) {
  add_report(number, shop_.delivery(number), status, batch);
}

void ShopEvents::add_final_delivery(uint64_t number, host_stub::EventBatch& batch) {
  const DeliveryRow row = shop_.delivery(number);
  add_report(number, row, row.final_status, batch);
}

void ShopEvents::add_click(uint64_t delivery_number, host_stub::EventBatch& batch) {
  constexpr int64_t click_after_us = 90'000'000;
  const DeliveryRow row = shop_.delivery(delivery_number);
  auto* const event =
      begin<crm_event_touch>(CRM_EVENT_TOUCH, row.final_at_us + click_after_us, batch);
  event->message_id = text(batch, [&](std::string& out) { shop_.message_id(row.message, out); });
  event->delivery_id =
      text(batch, [&](std::string& out) { shop_.delivery_id(delivery_number, out); });
  event->member_id = text(batch, [&](std::string& out) { Shop::member_id(row.member, out); });
  event->touch = CRM_TOUCH_CLICK;
  batch.add(&event->head, seq_);
}

void ShopEvents::add_erasure(uint64_t member, int64_t at_us, host_stub::EventBatch& batch) {
  auto* const event = begin<crm_event_member_erased>(CRM_EVENT_MEMBER_ERASED, at_us, batch);
  event->member_id = text(batch, [&](std::string& out) { Shop::member_id(member, out); });
  batch.add(&event->head, seq_);
}

void ShopEvents::add_order(const OrderRow& order, host_stub::EventBatch& batch) {
  auto* const event = begin<crm_event_order>(CRM_EVENT_ORDER, order.placed_at_us, batch);
  event->order_id = text(batch, [&](std::string& out) { Shop::order_id(order.number, out); });
  event->member_id = text(batch, [&](std::string& out) { Shop::member_id(order.member, out); });
  event->currency = crm::str(shop_currency);
  event->amount_minor = order.amount_minor;
  event->line_count = order.lines.size();
  auto** const lines = static_cast<const crm_order_line**>(
      batch.arena().take(order.lines.size() * sizeof(const crm_order_line*)));
  for (size_t i = 0; i < order.lines.size(); ++i) {
    const OrderLineRow& row = order.lines[i];
    auto* const line = batch.arena().make<crm_order_line>();
    line->size = sizeof(*line);
    line->product_no = text(batch, [&](std::string& out) { Shop::product_no(row.product, out); });
    line->name = text(batch, [&](std::string& out) { Shop::product_name(row.product, out); });
    line->option = crm::str(Shop::option_name(row));
    line->unit_price_minor = row.unit_price_minor;
    line->option_price_minor = row.option_price_minor;
    line->quantity = row.quantity;
    lines[i] = line;
  }
  event->lines = lines;
  batch.add(&event->head, seq_);
}

}  // namespace crm_bench
