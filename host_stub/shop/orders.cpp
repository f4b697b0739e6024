#include "shop/orders.h"

#include <algorithm>

#include "shop/chance/quantiles.h"

namespace host_stub {

namespace {

constexpr Quantile edit_after_order_s[] = {{0, 300}, {700'000, 7'200}, {ppm_all, 72'000}};
static_assert(is_distribution(edit_after_order_s));
constexpr Quantile refund_after_order_s[] = {{0, 90'000}, {600'000, 432'000}, {ppm_all, 1'209'600}};
static_assert(is_distribution(refund_after_order_s));
constexpr Quantile second_refund_after_s[] = {{0, 60}, {ppm_all, 259'200}};
static_assert(is_distribution(second_refund_after_s));

constexpr int64_t orders_a_caused_one = 3;
constexpr int64_t deliveries_a_caused_order_min = 10;
constexpr uint64_t guest_ppm = 80'000;

// What fell due need not go to the next delivery: appealing messages get more of it.
constexpr uint64_t takes_due_ppm = 120'000;

}  // namespace

Orders::Orders(const GeneratorSettings& settings, const std::vector<Campaign>& campaigns,
               LaterQueue& later, ShopEvents& events)
    : campaigns_(campaigns),
      later_(later),
      events_(events),
      period_(sending_period(settings)),
      customers_(settings.members),
      members_(settings.members),
      deliveries_(settings.deliveries),
      key_(derived_key(settings.seed, 4)) {
  const int64_t orders = settings.orders.value_or(default_orders(deliveries_));
  to_cause_ = uncaused_ =
      std::min(orders / orders_a_caused_one, deliveries_ / deliveries_a_caused_order_min);
  others_ = spread_ = orders - to_cause_;
  schedule_next(period_.begin_us);
}

void Orders::fall_due(int64_t deliveries) {
  due_part_ += deliveries * to_cause_;
  for (; due_part_ >= deliveries_; due_part_ -= deliveries_) ++due_;
}

bool Orders::take_due(const AttemptPlace& place, uint32_t appeal_permille) {
  if (due_ == 0) return false;
  const uint64_t key = key_of(Draw::due, place.campaign) + static_cast<uint64_t>(place.place);
  if (!Random(key).chance(takes_due_ppm * appeal_permille / 1'000)) return false;
  --due_;
  --uncaused_;
  return true;
}

void Orders::expect(const AttemptPlace& place, int64_t member, int64_t at_us, bool names_message) {
  Later later{at_us, place.place};
  later.member = member;
  later.campaign = place.campaign;
  later.kind = LaterKind::order;
  later.names_message = names_message;
  later_.push(later);
}

void Orders::give_up_causing(int64_t now_us) {
  if (uncaused_ == 0) return;
  others_ += uncaused_;
  uncaused_ = due_ = 0;
  if (next_us_ == never_us) schedule_next(now_us);
}

void Orders::schedule_next(int64_t now_us) {
  if (others_placed_ < spread_) {
    const Random random(key_of(Draw::time, others_placed_));
    next_us_ = spread_time_us(period_, others_placed_, spread_, random);
  } else {
    next_us_ = others_placed_ < others_ ? now_us + minute_us : never_us;
  }
}

void Orders::place_next() {
  ++others_placed_;
  place(order_of_somebody());
  schedule_next(next_us_);
}

// Some members buy more often than others.
Later Orders::order_of_somebody() const {
  Random random(key_of(Draw::customer, placed_));
  const bool is_guest = random.chance(guest_ppm);
  const auto members = static_cast<uint64_t>(members_);
  const auto rank = static_cast<int64_t>(std::min(random.below(members), random.below(members)));
  Later later{next_us_};
  later.member = is_guest ? -1 : customers_.at(key_, rank);
  return later;
}

void Orders::place(const Later& order) {
  const int64_t number = ++placed_;
  const uint64_t facts_key = key_of(Draw::facts, number);
  events_.order(order.at_us, event_of(order, number, 0), order_facts(facts_key, 0));
  const OrderFate fate = order_fate(facts_key);
  Random random(key_of(Draw::edit_and_refund, number));
  Later later = order;
  later.subject = number;
  later.kind = LaterKind::revision;
  later.at_us = order.at_us + draw_us(edit_after_order_s, random);
  if (fate.is_edited) later_.push(later);
  if (fate.refund_parts == 0) return;
  later.kind = LaterKind::refund;
  later.at_us = order.at_us + draw_us(refund_after_order_s, random);
  later_.push(later);
}

void Orders::edit(const Later& edit) {
  events_.order(edit.at_us, event_of(edit, edit.subject, 1),
                order_facts(key_of(Draw::facts, edit.subject), 1));
}

void Orders::refund(const Later& refund) {
  const OrderFate fate = order_fate(key_of(Draw::facts, refund.subject));
  events_.refund(refund.at_us, {refund.subject, refund.part, fate.refunds_minor[refund.part]});
  if (refund.part + 1u >= fate.refund_parts) return;
  Random random(key_of(Draw::second_refund, refund.subject));
  Later later = refund;
  ++later.part;
  later.at_us = refund.at_us + draw_us(second_refund_after_s, random);
  later_.push(later);
}

OrderEvent Orders::event_of(const Later& order, int64_t number, int64_t revision) const {
  return {number, revision, order.member,
          order.names_message ? &campaigns_[order.campaign] : nullptr};
}

uint64_t Orders::key_of(Draw draw, int64_t number) const {
  return derived_key(derived_key(key_, static_cast<uint64_t>(draw)), static_cast<uint64_t>(number));
}

}  // namespace host_stub
