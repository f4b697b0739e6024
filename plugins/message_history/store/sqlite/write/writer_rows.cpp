#include "store/sqlite/write/writer.h"

#include <unordered_map>

#include "store/sqlite/base/codec.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/write/refund_sums.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t learned_lookups_min = 64;

}  // namespace

std::optional<Delivery> SqliteWriter::delivery(MessageNo message, std::string_view delivery_id) {
  put_pending();
  auto row = find_delivery(trees_, message, delivery_id);
  if (row && is_past(*row)) return {};
  return row;
}

// Of messages that are looked at much: it takes a look into every run.
void SqliteWriter::learn_highest_ids(std::span<const DeliveryName> names) {
  std::unordered_map<MessageNo, std::size_t> unknown;
  for (const DeliveryName& name : names) {
    if (!state_.highest_ids.knows(name.message)) ++unknown[name.message];
  }
  for (const auto& [message, count] : unknown) {
    if (count < learned_lookups_min) continue;
    put_pending();
    state_.highest_ids.set(message, highest_delivery_id(trees_, message));
  }
}

void SqliteWriter::find_deliveries(
    std::span<const DeliveryName> names,
    const std::function<void(std::size_t place, Delivery row)>& found) {
  learn_highest_ids(names);
  // Most deliveries are new, and most ids rise.
  std::vector<std::size_t> open;
  std::vector<std::size_t> ends;
  std::string bytes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (state_.highest_ids.are_below(names[i].message, names[i].delivery_id)) continue;
    open.push_back(i);
    put_delivery_key(bytes, names[i].message, names[i].delivery_id);
    ends.push_back(bytes.size());
  }
  if (open.empty()) return;
  put_pending();
  std::vector<KeyPlace> keys;
  keys.reserve(open.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    keys.emplace_back(std::string_view(bytes).substr(begin, end - begin),
                      static_cast<std::uint32_t>(keys.size()));
    begin = end;
  }
  sort_keys(keys);
  trees_.deliveries.find(keys, [&](const KeyPlace& place, std::string_view value) {
    Delivery row = decode_delivery(place.key(), value);
    if (!is_past(row)) found(open[place.number], std::move(row));
  });
}

std::vector<Delivery> SqliteWriter::chain(ChainNo number) {
  put_pending();
  std::vector<Delivery> rows = deliveries_in_chain(trees_, number);
  hide_past(rows);
  return rows;
}

ChainNo SqliteWriter::next_chain() {
  if (last_chain_ == 0) {
    put_pending();
    const std::string last = trees_.chains.last_key();
    if (!last.empty()) last_chain_ = decode_chain_key(last).chain.value;
  }
  return ChainNo{++last_chain_};
}

void SqliteWriter::put_delivery(const Delivery& row, const FiledDelivery* before) {
  const FiledDelivery now = filed(row.state);
  FiledDelivery was = before == nullptr ? FiledDelivery{} : *before;
  key_.clear();
  put_delivery_key(key_, row.message, row.delivery_id);
  if (before == nullptr && !past_.empty()) {
    if (const auto past = past_.extract(key_)) was = past.mapped();
  }
  value_.clear();
  append_delivery(value_, row.state);
  pending(Tree::delivery).add_at(now.timeline_at_us, key_, value_);
  state_.highest_ids.note(row.message, row.delivery_id);
  if (now.is_failed != was.is_failed) {
    pending(Tree::failed_delivery).add(key_, now.is_failed ? present : "");
  }
  index_by_member(row, now, was);
  if (now.chain == was.chain) return;
  RunEntries& chains = pending(Tree::chain);
  if (was.chain) chains.add(chain_key(was.chain, row.message, row.delivery_id), {});
  if (now.chain) chains.add(chain_key(now.chain, row.message, row.delivery_id), present);
}

void SqliteWriter::index_by_member(const Delivery& row, const FiledDelivery& now,
                                   const FiledDelivery& was) {
  const auto add = [&](const FiledDelivery& filed, std::string_view value) {
    key_.clear();
    put_member_delivery_key(key_,
                            {filed.member, filed.timeline_at_us, row.message, row.delivery_id});
    pending(Tree::member_delivery).add_at(filed.timeline_at_us, key_, value);
  };
  const bool moved = was.member != now.member || was.timeline_at_us != now.timeline_at_us;
  if (!moved && was.is_success == now.is_success) return;
  if (moved && is_person(was.member)) add(was, {});
  if (is_person(now.member)) add(now, member_delivery_value(now.is_success));
}

std::vector<Delivery> SqliteWriter::deliveries(MessageNo message, std::string_view after_id,
                                               std::int64_t limit) {
  put_pending();
  std::vector<Delivery> rows = deliveries_after(trees_, message, after_id, limit);
  // An empty page would be taken for the end.
  while (!rows.empty() && state_.retention().is_sweeping()) {
    const std::string last_id = rows.back().delivery_id;
    hide_past(rows);
    if (!rows.empty()) break;
    rows = deliveries_after(trees_, message, last_id, limit);
  }
  return rows;
}

std::vector<Delivery> SqliteWriter::deliveries_of(MemberNo member, Span span) {
  put_pending_deliveries();
  std::vector<Delivery> rows;
  span = kept_part(span);
  for (const MemberDelivery& entry : member_deliveries(trees_, member, span.from_us, span.to_us)) {
    rows.push_back(named_delivery(trees_, entry));
  }
  return rows;
}

std::optional<Order> SqliteWriter::order(std::string_view order_id) {
  Query query = db_.rows(tables::orders, "WHERE order_id = ?");
  auto order = row_of(query.bind(order_id), read_order);
  if (order && state_.retention().hides(order->placed_at_us)) return {};
  return order;
}

Order SqliteWriter::order(OrderNo number) {
  Query query = db_.find(tables::orders);
  if (!query.bind(number).step()) missing("order");
  return read_order(query);
}

OrderNo SqliteWriter::add_order(const Order& order) {
  Query query = db_.query("SELECT coalesce(max(order_no), 0) + 1 FROM orders");
  query.step();
  Order numbered = order;
  numbered.number = query.number<OrderNo>();
  put_order(numbered, nullptr);
  return numbered.number;
}

void SqliteWriter::put_order(const Order& order, const Order* before) {
  Query query = before == nullptr ? db_.add(tables::orders) : db_.change(tables::orders);
  bind_order(query, order);
  query.run();
  if (query.changes() == 0) missing("order");
  index_order(order, before);
}

void SqliteWriter::index_order(const Order& order, const Order* before) {
  RunEntries& entries = pending(Tree::member_order);
  const bool moved = before != nullptr &&
                     (before->member != order.member || before->placed_at_us != order.placed_at_us);
  if (moved && is_person(before->member)) {
    entries.add_at(before->placed_at_us,
                   member_order_key(before->member, before->placed_at_us, order.number), {});
  }
  if (!is_person(order.member)) return;
  entries.add_at(order.placed_at_us,
                 member_order_key(order.member, order.placed_at_us, order.number),
                 member_order_value(order));
}

std::vector<OrderNo> SqliteWriter::orders_of(MemberNo member, Span placed) {
  put_pending(Tree::member_order);
  placed = kept_part(placed);
  return member_orders(trees_, member, placed.from_us, placed.to_us);
}

bool SqliteWriter::may_have_orders(Span placed) {
  put_pending(Tree::member_order);
  return trees_.member_orders.may_tell_time(placed.from_us, placed.to_us);
}

std::optional<PlacedOrder> SqliteWriter::next_order(MemberNo member, OrderPlace from,
                                                    std::int64_t to_us) {
  put_pending(Tree::member_order);
  const Span kept = kept_part({from.placed_at_us, to_us});
  if (kept.from_us > from.placed_at_us) from = {kept.from_us, {}};
  return first_member_order(trees_, member, from, to_us);
}

std::optional<PlacedOrder> SqliteWriter::previous_order(MemberNo member, OrderPlace before,
                                                        std::int64_t from_us) {
  put_pending(Tree::member_order);
  const Span kept = kept_part({from_us, before.placed_at_us});
  return last_member_order(trees_, member, before, kept.from_us);
}

std::optional<Refund> SqliteWriter::stored_refund(std::string_view refund_id) {
  Query query = db_.find(tables::refund);
  return row_of(query.bind(refund_id), read_refund);
}

std::optional<Refund> SqliteWriter::refund(std::string_view refund_id) {
  auto refund = stored_refund(refund_id);
  if (refund && is_past(*refund)) return {};
  return refund;
}

void SqliteWriter::put_refund(const Refund& refund) {
  // It may be one that is hidden.
  if (const auto before = stored_refund(refund.refund_id)) {
    add_to_refund_sums(db_, *before, -1);
    if (before->order_id != refund.order_id) release_refund(*before);
  }
  db_.put(tables::refund)
      .bind(refund.refund_id)
      .bind(refund.order_id)
      .bind(refund.at_us)
      .bind(refund.currency)
      .bind(refund.amount_minor)
      .run();
  add_to_refund_sums(db_, refund, +1);
}

std::vector<RefundSum> SqliteWriter::refund_sums(std::string_view order_id) {
  return read_refund_sums(db_, order_id);
}

void SqliteWriter::hold_refund(const Refund& refund) {
  db_.add_new(tables::held_refund).bind(refund.order_id).bind(refund.refund_id).run();
}

void SqliteWriter::release_refund(const Refund& refund) {
  db_.remove(tables::held_refund).bind(refund.order_id).bind(refund.refund_id).run();
}

void SqliteWriter::release_refunds(std::string_view order_id) {
  if (state_.retention().is_sweeping()) drop_held_refunds(order_id);
  db_.query("DELETE FROM held_refund WHERE order_id = ?").bind(order_id).run();
}

std::optional<CreditRow> SqliteWriter::credit(OrderNo order) {
  Query query = db_.find(tables::credit);
  return row_of(query.bind(order), read_credit);
}

void SqliteWriter::put_credit(const CreditRow& row) {
  db_.put(tables::credit)
      .bind(row.order)
      .bind(row.message)
      .bind(row.ordered_at_us)
      .bind(row.member)
      .bind(row.currency)
      .bind(row.gross_minor)
      .bind(row.refunded_minor)
      .bind(static_cast<std::int64_t>(row.touch))
      .bind(row.touch_at_us)
      .bind(row.delivery_id)
      .bind(row.rule_version)
      .run();
}

void SqliteWriter::remove_credit(const CreditRow& row) {
  db_.remove(tables::credit).bind(row.order).run();
}

void SqliteWriter::put_other_refund(OrderNo order, bool has_one) {
  Query query = has_one ? db_.add_new(tables::other_refund) : db_.remove(tables::other_refund);
  query.bind(order).run();
}

}  // namespace message_history::sqlite
