#include "ingest/apply/order_work.h"

#include <crm/cpp/text.hpp>

#include <algorithm>
#include <limits>

namespace message_history {

namespace {

TouchKind kind_of(std::uint32_t touch) {
  switch (touch) {
    case CRM_TOUCH_OPEN:
      return TouchKind::open;
    case CRM_TOUCH_COUPON:
      return TouchKind::coupon;
    default:
      return TouchKind::click;
  }
}

std::int64_t MemberCounts::*counter_of(TouchKind kind) {
  switch (kind) {
    case TouchKind::open:
      return &MemberCounts::opens;
    case TouchKind::coupon:
      return &MemberCounts::coupons;
    default:
      return &MemberCounts::clicks;
  }
}

OrderVersion version_of(const crm_event_order& event, MessageNo message) {
  OrderVersion version;
  version.revision = event.revision;
  version.at_us = event.head.at_us;
  version.currency = crm::view(event.currency);
  version.amount_minor = event.amount_minor;
  version.message = message;
  version.message_id = crm::view(event.message_id);
  version.lines.reserve(event.line_count);
  for (std::uint64_t i = 0; i < event.line_count; ++i) {
    const crm_order_line& line = *event.lines[i];
    version.lines.push_back({std::string(crm::view(line.product_no)),
                             std::string(crm::view(line.name)), std::string(crm::view(line.option)),
                             line.unit_price_minor, line.option_price_minor, line.quantity});
  }
  return version;
}

}  // namespace

void OrderWork::apply(const crm_event_touch& event) {
  MessageRow& message = messages_.of(crm::view(event.message_id));
  messages_.touch_activity(message, event.head.at_us);
  add_touch({members_.at(crm::view(event.member_id), event.head.at_us), event.head.at_us,
             kind_of(event.touch), message.number, std::string(crm::view(event.delivery_id))});
}

void OrderWork::add_touch(const TouchRow& row) {
  if (!store_.add_touch(row)) return;
  messages_.add_member(row.message, row.member, counter_of(row.kind), +1);
  if (row.kind == TouchKind::click) count_click_day(row, +1);
  note(row);
}

void OrderWork::remove_touch(const TouchRow& row) {
  if (row.kind == TouchKind::click) count_click_day(row, -1);
  store_.remove_touch(row);
  messages_.add_member(row.message, row.member, counter_of(row.kind), -1);
  note(row);
}

void OrderWork::note(const TouchRow& row) {
  if (rule_.window_us(row.kind) == 0) return;
  const TouchRow& kept = touched_.emplace_back(row);
  note(ChangedTouch{kept.member, kept.kind, kept.at_us, kept.message, kept.delivery_id});
}

// A member counts once a day and message: only the day's first click adds, only its last one
// subtracts. The click is in the store and in the member's counts.
void OrderWork::count_click_day(const TouchRow& row, int sign) {
  const std::int32_t day = zone_.day_of(row.at_us);
  if (messages_.member(row.message, row.member).clicks == 1) {  // the only one
    messages_.day(row.message, day).clicks += sign;
    return;
  }
  const Span span{zone_.day_begins_us(day), zone_.day_begins_us(day + 1) - 1};
  if (store_.clicked_twice(row.message, row.member, span)) return;
  messages_.day(row.message, day).clicks += sign;
  count_clicked_again(row, span, sign);
}

// The member's days with a click follow each other: the day goes between the one before it and the
// one after it, or is taken out from there.
void OrderWork::count_clicked_again(const TouchRow& row, const Span& day, int sign) {
  constexpr std::int64_t end_us = std::numeric_limits<std::int64_t>::max();
  const auto before = store_.last_click(row.message, row.member, {0, day.from_us - 1});
  const auto after = store_.first_click(row.message, row.member, {day.to_us + 1, end_us});
  const std::int32_t this_day = zone_.day_of(row.at_us);
  const std::int32_t day_before = before ? zone_.day_of(*before) : 0;
  const std::int32_t day_after = after ? zone_.day_of(*after) : 0;
  if (before) messages_.clicked_again(row.message, {this_day, day_before}) += sign;
  if (after) messages_.clicked_again(row.message, {day_after, this_day}) += sign;
  if (before && after) messages_.clicked_again(row.message, {day_after, day_before}) -= sign;
}

// NULL when nobody reported it yet.
OrderWork::Entry* OrderWork::find(std::string_view order_id) {
  const auto known = entries_.find(std::string(order_id));
  if (known != entries_.end()) return &known->second;
  auto order = store_.order(order_id);
  return order ? &adopt(*std::move(order)) : nullptr;
}

OrderWork::Entry& OrderWork::adopt(Order order) {
  Entry& entry = entries_[order.order_id];
  entry.before = entry.stored = order;
  entry.now = std::move(order);
  by_number_[entry.now.number] = &entry;
  return entry;
}

OrderWork::Entry& OrderWork::at(std::string_view order_id) {
  if (Entry* const known = find(order_id)) return *known;
  Entry& entry = entries_[std::string(order_id)];
  entry.now.order_id = order_id;
  return entry;
}

OrderWork::Entry& OrderWork::at(OrderNo number) {
  const auto known = by_number_.find(number);
  if (known != by_number_.end()) return *known->second;
  return adopt(store_.order(number));
}

void OrderWork::take_version(Entry& entry, OrderVersion version, std::string_view member_id) {
  Order& order = entry.now;
  const bool is_new = order.version.revision < 0;
  const std::int64_t placed_at_us =
      is_new ? version.at_us : std::min(order.placed_at_us, version.at_us);
  const bool stands = is_new || order.version.rank() < version.rank();
  const bool equal = !stands && order.version.rank() == version.rank();

  // An earlier placing may fall before the erasure of the member it has.
  if (placed_at_us != order.placed_at_us && !stands) {
    if (const auto id = members_.live_id(order.member)) {
      order.member = members_.at(*id, placed_at_us);
    }
  }
  order.placed_at_us = placed_at_us;
  if (stands) {
    order.version = std::move(version);
    order.member = member_id.empty() ? MemberNo{} : members_.at(member_id, placed_at_us);
  } else if (equal && !member_id.empty() && order.member != member_ambiguous) {
    if (!order.member) {
      order.member = members_.at(member_id, placed_at_us);
    } else if (!members_.includes(member_id, order.member)) {
      order.member = member_ambiguous;
    }
  }
}

void OrderWork::apply(const crm_event_order& event) {
  MessageNo message;
  if (event.message_id.size != 0) {
    MessageRow& row = messages_.of(crm::view(event.message_id));
    messages_.touch_activity(row, event.head.at_us);
    message = row.number;
  }
  take_version(at(crm::view(event.order_id)), version_of(event, message),
               crm::view(event.member_id));
}

void OrderWork::apply(const crm_event_refund& event) {
  const Refund reported{std::string(crm::view(event.refund_id)),
                        std::string(crm::view(event.order_id)), event.head.at_us,
                        std::string(crm::view(event.currency)), event.amount_minor};
  const auto known = store_.refund(reported.refund_id);
  if (known && !(known->rank() < reported.rank())) return;
  store_.put_refund(reported);
  if (known && known->order_id != reported.order_id) find(known->order_id);  // is written anew
  // A refund without its order is held in the ledger until the order comes.
  if (find(reported.order_id) == nullptr) store_.hold_refund(reported);
}

void OrderWork::reassign(OrderNo order, MemberNo member) {
  Entry& entry = at(order);
  entry.now.member = member;
  entry.is_reassigned = true;
}

void OrderWork::restore(const Order& order, const std::optional<CreditRow>& credited) {
  Entry& entry = entries_[order.order_id];
  entry.now = order;
  entry.credited = credited;
  by_number_[order.number] = &entry;
}

void OrderWork::flush_rows() {
  for (auto& [order_id, entry] : entries_) {
    Order& order = entry.now;
    if (!order.number) store_.release_refunds(order_id);
    const std::vector<RefundSum> refunds = store_.refund_sums(order_id);
    order.refunded_minor = refunded_of(order.version, refunds);
    const bool has_other = std::ranges::any_of(
        refunds, [&order](const RefundSum& sum) { return sum.currency != order.version.currency; });
    if (order.number) store_.put_other_refund(order.number, has_other);
    const bool same = entry.stored && entry.stored->version.rank() == order.version.rank() &&
                      entry.stored->member == order.member &&
                      entry.stored->placed_at_us == order.placed_at_us &&
                      entry.stored->refunded_minor == order.refunded_minor;
    if (same) continue;
    if (order.number) {
      store_.put_order(order, entry.stored ? &*entry.stored : nullptr);
    } else {
      order.number = store_.add_order(order);
      if (has_other) store_.put_other_refund(order.number, true);
      by_number_[order.number] = &entry;
    }
    entry.stored = order;
  }
}

std::vector<MovedOrder> OrderWork::moved() const {
  std::vector<MovedOrder> moved;
  for (const auto& [order_id, entry] : entries_) {
    const Order& now = entry.now;
    if (entry.before && entry.before->member == now.member &&
        entry.before->placed_at_us == now.placed_at_us) {
      continue;
    }
    if (entry.before && is_person(entry.before->member)) {
      moved.push_back({entry.before->member, {entry.before->placed_at_us, now.number}});
    }
    if (is_person(now.member)) moved.push_back({now.member, {now.placed_at_us, now.number}});
  }
  return moved;
}

}  // namespace message_history
