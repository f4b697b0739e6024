#include "store/sqlite/index/tree_queries.h"

#include <crm/ext/events.h>

#include <algorithm>
#include <limits>

#include "encoding/packed.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

std::optional<Delivery> find_delivery(TreeSet& trees, MessageNo message,
                                      std::string_view delivery_id) {
  const std::string key = delivery_key(message, delivery_id);
  std::string value;
  if (!trees.deliveries.find(key, value)) return {};
  return decode_delivery(key, value);
}

bool has_delivery(TreeSet& trees, MessageNo message, std::string_view delivery_id) {
  std::string value;
  return trees.deliveries.find(delivery_key(message, delivery_id), value);
}

namespace {

[[noreturn]] void missing_delivery(std::string_view delivery_id) {
  throw crm::Failure(CRM_ERR_CORRUPT, "delivery \"" + std::string(delivery_id) +
                                          "\" is in an index but not stored; restore the tenant's "
                                          "folder from a backup");
}

}  // namespace

Delivery named_delivery(TreeSet& trees, MessageNo message, std::string_view delivery_id) {
  if (auto delivery = find_delivery(trees, message, delivery_id)) return *std::move(delivery);
  missing_delivery(delivery_id);
}

Delivery named_delivery(TreeSet& trees, const MemberDelivery& entry) {
  const std::string key = delivery_key(entry.message, entry.delivery_id);
  std::string value;
  if (trees.deliveries.find_at(key, entry.at_us, value)) return decode_delivery(key, value);
  missing_delivery(entry.delivery_id);
}

std::vector<Delivery> deliveries_after(TreeSet& trees, MessageNo message, std::string_view after_id,
                                       std::int64_t limit) {
  std::vector<Delivery> rows;
  const std::string after = delivery_key(message, after_id);
  const std::string end = key_after(delivery_key(message, {}));
  RunsCursor cursor = trees.deliveries.cursor(after, end);
  cursor.seek(after);
  if (cursor.valid() && cursor.key() == after) cursor.next();
  for (; cursor.valid() && cursor.key() < end && std::cmp_less(rows.size(), limit); cursor.next()) {
    rows.push_back(decode_delivery(cursor.key(), cursor.value()));
  }
  return rows;
}

std::string highest_delivery_id(TreeSet& trees, MessageNo message) {
  const std::string begin = delivery_key(message, {});
  const std::string end = key_after(begin);
  RunsCursor cursor = trees.deliveries.cursor(begin, end);
  cursor.seek_below(end);
  if (!cursor.valid() || cursor.key() < begin) return {};
  return std::string(decode_delivery_key(cursor.key()).delivery_id);
}

std::vector<Delivery> deliveries_in_chain(TreeSet& trees, ChainNo chain) {
  std::vector<Delivery> rows;
  const std::string begin = chain_key(chain);
  const std::string end = key_after(begin);
  RunsCursor cursor = trees.chains.cursor(begin, end);
  for (cursor.seek(begin); cursor.valid() && cursor.key() < end; cursor.next()) {
    const ChainEntry entry = decode_chain_key(cursor.key());
    rows.push_back(named_delivery(trees, entry.message, entry.delivery_id));
  }
  return rows;
}

namespace {

// Empty when there can be nothing.
std::optional<KeyRange> range_of(MemberNo member, std::int64_t first_us, std::int64_t last_us) {
  if (!is_person(member) || last_us < 0 || last_us < first_us) return {};
  KeyRange range;
  range.first_at_us = std::max(first_us, CRM_TIME_US_MIN);
  range.last_at_us = std::min(last_us, CRM_TIME_US_MAX);
  range.begin = member_time_key(member, range.first_at_us);
  range.end = member_time_key(member, range.last_at_us + 1);
  return range;
}

}  // namespace

std::vector<MemberDelivery> member_deliveries(TreeSet& trees, MemberNo member,
                                              std::int64_t first_us, std::int64_t last_us) {
  std::vector<MemberDelivery> found;
  const auto range = range_of(member, first_us, last_us);
  if (!range) return found;
  std::vector<RunEntry> entries;
  trees.member_deliveries.gather(*range, entries);
  found.reserve(entries.size());
  for (const RunEntry& entry : entries) {
    found.push_back(decode_member_delivery(entry.key, entry.value));
  }
  return found;
}

std::vector<MemberDelivery> newest_member_deliveries(TreeSet& trees, MemberNo member,
                                                     std::int64_t first_us, std::int64_t last_us,
                                                     std::int64_t limit) {
  std::vector<MemberDelivery> entries;
  const auto range = range_of(member, first_us, last_us);
  if (!range) return entries;
  RunsCursor cursor = trees.member_deliveries.cursor(range->begin, range->end);
  for (cursor.seek_below(range->end);
       cursor.valid() && range->begin <= cursor.key() && std::cmp_less(entries.size(), limit);
       cursor.previous()) {
    entries.push_back(decode_member_delivery(cursor.key(), cursor.value()));
  }
  return entries;
}

std::vector<MemberDelivery> latest_successes(TreeSet& trees, MemberNo member, std::int64_t first_us,
                                             std::int64_t last_us) {
  std::vector<MemberDelivery> latest;
  auto range = range_of(member, first_us, last_us);
  if (!range) return latest;
  RunEntry entry;
  while (trees.member_deliveries.last(*range, entry)) {
    MemberDelivery delivery = decode_member_delivery(entry.key, entry.value);
    if (!delivery.is_success) {
      range->end = entry.key;
      continue;
    }
    // The rest of the range is of the same time, and of other messages.
    range->first_at_us = delivery.at_us;
    range->begin = member_time_key(member, delivery.at_us);
    range->end.clear();
    put_member_delivery_key(range->end, {member, delivery.at_us, delivery.message, {}});
    latest.push_back(std::move(delivery));
  }
  return latest;
}

namespace {

PlacedOrder placed_order(const RunEntry& entry) {
  const MemberOrder order = view_member_order(entry.key, entry.value);
  return {{order.placed_at_us, order.order}, static_cast<bool>(order.message)};
}

}  // namespace

std::optional<PlacedOrder> first_member_order(TreeSet& trees, MemberNo member,
                                              const OrderPlace& from, std::int64_t last_us) {
  // Most successes of a send have no order near them: cheaper than making keys.
  if (!trees.member_orders.may_tell_time(from.placed_at_us, last_us)) return {};
  auto range = range_of(member, from.placed_at_us, last_us);
  if (!range) return {};
  if (from.placed_at_us == range->first_at_us) {
    range->begin = member_order_key(member, from.placed_at_us, from.number);
  }
  RunEntry entry;
  if (!trees.member_orders.first(*range, entry)) return {};
  return placed_order(entry);
}

std::optional<PlacedOrder> last_member_order(TreeSet& trees, MemberNo member,
                                             const OrderPlace& before, std::int64_t first_us) {
  auto range = range_of(member, first_us, before.placed_at_us);
  if (!range) return {};
  if (before.placed_at_us == range->last_at_us) {
    range->end = member_order_key(member, before.placed_at_us, before.number);
  }
  RunEntry entry;
  if (!trees.member_orders.last(*range, entry)) return {};
  return placed_order(entry);
}

std::vector<OrderNo> member_orders(TreeSet& trees, MemberNo member, std::int64_t first_us,
                                   std::int64_t last_us) {
  std::vector<OrderNo> found;
  // Most successes of a send have no order near them: cheaper than making keys.
  if (!trees.member_orders.may_tell_time(first_us, last_us)) return found;
  const auto range = range_of(member, first_us, last_us);
  if (!range) return found;
  std::vector<RunEntry> entries;
  trees.member_orders.gather(*range, entries);
  found.reserve(entries.size());
  for (const RunEntry& entry : entries) {
    found.push_back(view_member_order(entry.key, entry.value).order);
  }
  return found;
}

std::optional<MemberRow> member_row(Connection& db, MemberNo number) {
  Query query = db.find(tables::member);
  if (!query.bind(number).step()) return {};
  query.skip(1);
  return MemberRow{number, query.text(), query.integer() != 0};
}

std::optional<MemberRow> find_member(Connection& db, TreeSet& trees, std::string_view member) {
  KeyRange range;
  range.begin = member_hash_key(trees.hash_seed, member);
  range.end = key_after(range.begin);
  std::vector<RunEntry> entries;
  trees.member_hashes.gather(range, entries);
  for (const RunEntry& entry : entries) {
    // The hash is only a hint: others may share it, and who had it may have been erased.
    const MemberNo number = decode_member_hash_key(entry.key);
    auto row = member_row(db, number);
    if (!row) missing_row(db, "member", number.value);
    if (row->member == member) return row;
  }
  return {};
}

}  // namespace message_history::sqlite
