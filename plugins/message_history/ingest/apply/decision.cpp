// Deciding orders: finding the touch that wins, crediting it, keeping the sums.

#include <algorithm>

#include "ingest/apply/order_work.h"

namespace message_history {

std::optional<Touch> OrderWork::winner_of(const Order& order, LastTouchFinder& touches) {
  if (order.version.message) {
    return Touch{TouchKind::explicit_message,
                 order.placed_at_us,
                 order.version.message,
                 order.version.message_id,
                 {}};
  }
  if (!is_person(order.member)) return {};
  const Touch* const winner = touches.winner(order.member, order.placed_at_us);
  return winner == nullptr ? std::nullopt : std::optional(*winner);
}

// Whether the touch that the order is credited to is no longer kept, so that only the credit knows
// of it. No other of those that are gone won against it; and it is still this person's.
bool OrderWork::remembers(const Entry& entry, const CreditRow& before) {
  return before.touch != TouchKind::explicit_message &&
         before.touch_at_us < store_.cutoffs().dropped_before_us &&
         (entry.is_reassigned || before.member == entry.now.member);
}

std::optional<CreditRow> OrderWork::credit_of(const Entry& entry,
                                              const std::optional<CreditRow>& before,
                                              LastTouchFinder& touches) {
  const Order& order = entry.now;
  std::optional<Touch> winner = winner_of(order, touches);
  if (before && remembers(entry, *before) &&
      qualifies(rule_, before->touch, before->touch_at_us, order.placed_at_us)) {
    Touch gone{before->touch, before->touch_at_us, before->message,
               messages_.of(before->message).message_id, before->delivery_id};
    if (!winner || beats(gone, *winner)) winner = std::move(gone);
  }
  if (!winner) return {};
  Touch& touch = *winner;
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

// Neighbours in the order of members share what is read for them.
std::vector<const OrderWork::Entry*> OrderWork::due_entries(LastTouchFinder& touches) {
  std::set<OrderNo> due;
  for (const auto& [order_id, entry] : entries_) due.insert(entry.now.number);
  AffectedOrders(store_, rule_, messages_, touches).add(std::move(changed_), due);
  std::vector<const Entry*> entries;
  for (const OrderNo number : due) entries.push_back(&at(number));
  std::ranges::sort(entries, [](const Entry* a, const Entry* b) {
    return std::tie(a->now.member, a->now.placed_at_us, a->now.number) <
           std::tie(b->now.member, b->now.placed_at_us, b->now.number);
  });
  return entries;
}

void OrderWork::decide() {
  LastTouchFinder touches(store_, rule_, messages_);
  std::vector<CreditRow> credits;
  for (const Entry* due_entry : due_entries(touches)) {
    const Entry& entry = *due_entry;
    const std::optional<CreditRow> before = store_.credit(entry.now.number);
    const std::optional<CreditRow> now =
        credit_of(entry, before ? before : entry.credited, touches);
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
