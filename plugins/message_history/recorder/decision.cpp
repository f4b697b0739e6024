// Deciding orders: gathering the touches before an order, crediting the winner, keeping the sums.

#include <algorithm>

#include "recorder/order_work.h"

namespace message_history {

std::vector<Touch> OrderWork::touches_before(const Order& order) {
  std::vector<Touch> touches;
  const std::int64_t placed_us = order.placed_at_us;
  if (order.version.message) {
    touches.push_back({TouchKind::explicit_message,
                       placed_us,
                       order.version.message,
                       order.version.message_id,
                       {}});
  }
  if (!is_person(order.member)) return touches;
  const Span touched{placed_us - rule_.touch_window_max_us(), placed_us};
  const auto add = [&](TouchRow& row) {
    touches.push_back({row.kind, row.at_us, row.message, messages_.of(row.message).message_id,
                       std::move(row.delivery_id)});
  };
  for (TouchRow& row : store_.touches_of(order.member, touched)) add(row);
  if (rule_.delivered_window_us == 0) return touches;
  const Span delivered{placed_us - rule_.delivered_window_us, placed_us};
  for (TouchRow& row : store_.reached(order.member, delivered)) add(row);
  return touches;
}

// Whether the touch that the order is credited to is no longer kept, so that only the credit knows
// of it. No other of those that are gone won against it; and it is still this person's.
bool OrderWork::remembers(const Entry& entry, const CreditRow& before) {
  return before.touch != TouchKind::explicit_message &&
         before.touch_at_us < store_.cutoffs().dropped_before_us &&
         (entry.is_reassigned || before.member == entry.now.member);
}

std::optional<CreditRow> OrderWork::credit_of(const Entry& entry,
                                              const std::optional<CreditRow>& before) {
  const Order& order = entry.now;
  std::vector<Touch> touches = touches_before(order);
  if (before && remembers(entry, *before)) {
    touches.push_back({before->touch, before->touch_at_us, before->message,
                       messages_.of(before->message).message_id, before->delivery_id});
  }
  const auto winner = last_touch(rule_, touches, order.placed_at_us);
  if (!winner) return {};
  Touch& touch = touches[*winner];
  CreditRow credit;
  credit.order = order.number;
  credit.message = touch.message;
  credit.ordered_at_us = order.placed_at_us;
  credit.member = order.member;
  credit.currency = order.version.currency;
  credit.gross_minor = order.version.amount_minor;
  credit.refunded_minor = order.refunded_minor;
  credit.touch = touch.kind;
  credit.touch_at_us = touch.at_us;
  credit.delivery_id = std::move(touch.delivery_id);
  credit.rule_version = rule_.version;
  return credit;
}

void OrderWork::add(const CreditRow& credit, int sign) {
  MessageMoney& money = messages_.money(credit.message, credit.currency);
  ShopMoney& day =
      messages_.revenue(credit.message, zone_.day_of(credit.ordered_at_us), credit.currency);
  money.orders += sign;
  money.gross_minor += sign * credit.gross_minor;
  money.refunded_minor += sign * credit.refunded_minor;
  day.orders += sign;
  day.gross_minor += sign * credit.gross_minor;
  day.refunded_minor += sign * credit.refunded_minor;
  messages_.of(credit.message).counts.orders += sign;
  messages_.bought_by(credit.message, credit.touch) += sign;
  if (is_person(credit.member)) {
    messages_.add_member(credit.message, credit.member, &MemberCounts::orders, sign);
  }
}

void OrderWork::add_to_shop(const Order& order, int sign) {
  const std::string& currency = order.version.currency;
  const std::int32_t day = zone_.day_of(order.placed_at_us);
  for (ShopMoney* shop : {&messages_.shop(currency), &messages_.shop_day(day, currency)}) {
    shop->orders += sign;
    shop->gross_minor += sign * order.version.amount_minor;
    shop->refunded_minor += sign * order.refunded_minor;
  }
}

void OrderWork::decide() {
  std::set<OrderNo> due;
  for (const auto& [order_id, entry] : entries_) due.insert(entry.now.number);
  for (const Recheck& again : rechecks_) {
    if (!is_person(again.member)) continue;
    for (const OrderNo order : store_.orders_of(again.member, again.placed)) due.insert(order);
  }
  // Neighbours in the order of members share what is read for them.
  std::vector<const Entry*> ordered;
  for (const OrderNo number : due) ordered.push_back(&at(number));
  std::sort(ordered.begin(), ordered.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->now.member, a->now.number) < std::tie(b->now.member, b->now.number);
  });
  std::vector<CreditRow> credits;
  for (const Entry* due_entry : ordered) {
    const Entry& entry = *due_entry;
    const OrderNo number = entry.now.number;
    const std::optional<CreditRow> before = store_.credit(number);
    const std::optional<CreditRow> now = credit_of(entry, before ? before : entry.credited);
    if (before == now) continue;
    if (before) add(*before, -1);
    if (now) add(*now, +1);
    now ? credits.push_back(*now) : store_.remove_credit(*before);
  }
  // In the order they are indexed in: those of one message lie on the same pages.
  std::sort(credits.begin(), credits.end(), [](const CreditRow& a, const CreditRow& b) {
    return std::tie(a.message, a.ordered_at_us, a.order) <
           std::tie(b.message, b.ordered_at_us, b.order);
  });
  for (const CreditRow& credit : credits) store_.put_credit(credit);
  for (const auto& [order_id, entry] : entries_) {
    if (entry.before) add_to_shop(*entry.before, -1);
    add_to_shop(entry.now, +1);
  }
}

}  // namespace message_history
