#include "shop/shop_events.h"

#include <crm/cpp/text.hpp>

#include "shop/chance/shop_clock.h"

namespace host_stub {

template <class T>
T& ShopEvents::add(uint32_t kind, int64_t at_us) {
  T& event = *batch_->arena().make<T>();
  event.head.size = sizeof(T);
  event.head.kind = kind;
  event.head.seq = ++seq_;
  event.head.at_us = at_us;
  // The header is the first line.
  batch_->add(&event.head, seq_ + 1);
  return event;
}

void ShopEvents::message(int64_t at_us, uint32_t campaign_index, uint32_t state, int64_t audience) {
  const Campaign& campaign = campaigns_[campaign_index];
  auto& event = add<crm_event_message>(CRM_EVENT_MESSAGE, at_us);
  event.message_id = crm::str(campaign.id);
  event.name = crm::str(campaign.name);
  event.message_kind = campaign.is_automatic ? CRM_MESSAGE_AUTOMATIC : CRM_MESSAGE_MANUAL;
  event.channel = campaign.carrier->channel;
  event.state = state;
  if (campaign.is_automatic) return;
  event.head.flags = CRM_MESSAGE_HAS_SCHEDULED_AT | CRM_MESSAGE_HAS_AUDIENCE;
  event.scheduled_at_us = campaign.begin_us;
  event.audience = audience;
}

void ShopEvents::delivery(int64_t at_us, const AttemptPlace& place, const Attempt& attempt,
                          uint32_t status) {
  const Campaign& campaign = campaigns_[place.campaign];
  Arena& arena = batch_->arena();
  auto& event = add<crm_event_delivery>(CRM_EVENT_DELIVERY, at_us);
  event.message_id = crm::str(campaign.id);
  event.delivery_id = identifiers_.delivery(campaign, place.place, arena);
  event.member_id = identifiers_.member(attempt.member, arena);
  event.provider = crm::str(attempt.carrier->provider);
  event.channel = attempt.carrier->channel;
  event.status = status;
  if (place.is_fallback) {
    event.fallback_of = identifiers_.delivery(campaign, place.place - 1, arena);
  }
  if (status != attempt.status) return;
  event.code = crm::str(attempt.code);
  event.detail = crm::str(attempt.detail);
  if (attempt.is_success() && attempt.carrier->cost_minor > 0) {
    event.head.flags = CRM_DELIVERY_HAS_COST;
    event.cost_minor = attempt.carrier->cost_minor;
    event.currency = crm::str(shop_currency);
  }
}

void ShopEvents::touch(int64_t at_us, const AttemptPlace& place, int64_t member, uint32_t touch) {
  const Campaign& campaign = campaigns_[place.campaign];
  auto& event = add<crm_event_touch>(CRM_EVENT_TOUCH, at_us);
  event.message_id = crm::str(campaign.id);
  event.delivery_id = identifiers_.delivery(campaign, place.place, batch_->arena());
  event.member_id = identifiers_.member(member, batch_->arena());
  event.touch = touch;
}

void ShopEvents::order(int64_t at_us, const OrderEvent& order, const OrderFacts& facts) {
  Arena& arena = batch_->arena();
  auto& event = add<crm_event_order>(CRM_EVENT_ORDER, at_us);
  event.order_id = Identifiers::order(order.number, arena);
  if (order.member >= 0) event.member_id = identifiers_.member(order.member, arena);
  if (order.campaign != nullptr) event.message_id = crm::str(order.campaign->id);
  event.currency = crm::str(shop_currency);
  event.amount_minor = facts.amount_minor;
  event.revision = order.revision;
  auto* const lines = static_cast<const crm_order_line**>(
      arena.take(facts.product_count * sizeof(const crm_order_line*)));
  for (size_t i = 0; i < facts.product_count; ++i) lines[i] = order_line(facts.products[i]);
  event.lines = lines;
  event.line_count = facts.product_count;
}

crm_order_line* ShopEvents::order_line(const OrderedProduct& ordered) {
  const bool is_korean = locale_ == ShopLocale::ko;
  auto& line = *batch_->arena().make<crm_order_line>();
  line.size = sizeof(line);
  line.product_no = crm::str(ordered.product->product_no);
  line.name = crm::str(is_korean ? ordered.product->ko : ordered.product->en);
  line.unit_price_minor = ordered.product->price_minor;
  if (ordered.option != nullptr) {
    line.option = crm::str(is_korean ? ordered.option->ko : ordered.option->en);
    line.option_price_minor = ordered.option->price_minor;
  }
  line.quantity = ordered.quantity;
  return &line;
}

void ShopEvents::refund(int64_t at_us, const RefundEvent& refund) {
  auto& event = add<crm_event_refund>(CRM_EVENT_REFUND, at_us);
  event.refund_id = Identifiers::refund(refund.number, refund.part, batch_->arena());
  event.order_id = Identifiers::order(refund.number, batch_->arena());
  event.currency = crm::str(shop_currency);
  event.amount_minor = refund.amount_minor;
}

}  // namespace host_stub
