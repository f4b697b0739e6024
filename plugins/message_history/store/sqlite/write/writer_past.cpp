// What the writer does not see any more: everything before the time from which details are kept.
// Until the sweep has passed, some of it is still there; whoever reads hides it, so that how far
// the sweep has come makes no difference to what events do.
#include <algorithm>

#include "store/sqlite/base/codec.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/write/refund_sums.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

namespace {

constexpr std::int64_t refiled_a_run = 100'000;

// What is left of an order that is gone. Like the tree's, the hash may be another order's too; that
// one would be skipped, which happens once in 2^63 divided by the orders that are gone.
std::int64_t past_order_key(std::uint64_t seed, std::string_view order_id) {
  std::uint64_t hash = 0;
  for (const char c : member_hash_key(seed, order_id)) {
    hash = hash << 8 | static_cast<unsigned char>(c);
  }
  return static_cast<std::int64_t>(hash);
}

void count_touch(MemberCounts& counts, TouchKind kind) {
  switch (kind) {
    case TouchKind::click:
      ++counts.clicks;
      break;
    case TouchKind::open:
      ++counts.opens;
      break;
    case TouchKind::coupon:
      ++counts.coupons;
      break;
    default:
      break;
  }
}

}  // namespace

Cutoffs SqliteWriter::cutoffs() {
  const Retention& retention = state_.retention();
  return {retention.kept_from_us, retention.dropped_before_us, retention.is_sweeping()};
}

// Whatever the sweep has passed stays gone; what it has not, is seen again.
void SqliteWriter::lower_cutoffs(const Cutoffs& to) {
  Retention lowered = state_.retention();
  const std::int64_t hidden_before_us = lowered.kept_from_us;
  lowered.kept_from_us = to.kept_from_us;
  lowered.dropped_before_us = to.dropped_before_us;
  save_retention(db_, lowered);
  state_.set_retention(lowered);
  past_counts_.clear();
  // Only members' deliveries go before what they name.
  const bool may_lack_names =
      lowered.phase == SweepPhase::member_deliveries || lowered.phase == SweepPhase::deliveries;
  if (may_lack_names) refile_by_member({lowered.kept_from_us, hidden_before_us - 1});
}

void SqliteWriter::refile_by_member(Span span) {
  RunEntries entries;
  std::int64_t count = 0;
  Delivery row;
  RunsCursor cursor = trees_.deliveries.cursor({}, above_all_keys);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), row);
    if (row.state.marks.empty()) continue;
    const FiledDelivery filing = filed(row.state);
    const std::int64_t at_us = filing.timeline_at_us;
    if (!is_person(filing.member) || at_us < span.from_us || at_us > span.to_us) continue;
    key_.clear();
    put_member_delivery_key(key_, {filing.member, at_us, row.message, row.delivery_id});
    entries.add_at(at_us, key_, member_delivery_value(filing.is_success));
    if (++count % refiled_a_run == 0) trees_.member_deliveries.put(entries);
  }
  trees_.member_deliveries.put(entries);
}

void SqliteWriter::put_trusted_time(const TrustedTime& time) {
  save_trusted_time(db_, time);
}

// Remembers how a hidden delivery is filed: one reported anew takes its place.
bool SqliteWriter::is_past(const Delivery& row) {
  if (row.state.marks.empty() || !state_.retention().hides(row.state.timeline_at_us())) {
    return false;
  }
  past_.try_emplace(delivery_key(row.message, row.delivery_id), filed(row.state));
  return true;
}

void SqliteWriter::hide_past(std::vector<Delivery>& rows) {
  if (!state_.retention().is_sweeping()) return;
  std::erase_if(rows, [this](const Delivery& row) { return is_past(row); });
}

Span SqliteWriter::kept_part(Span span) {
  const Retention& retention = state_.retention();
  if (retention.is_sweeping()) span.from_us = std::max(span.from_us, retention.kept_from_us);
  return span;
}

bool SqliteWriter::is_past_order(std::string_view order_id, std::int64_t cutoff_us) {
  if (state_.retention().dropped_before_us == 0) return false;
  if (const auto placed_us = placed_at_us(order_id)) return *placed_us < cutoff_us;
  return db_.find(tables::past_order).bind(past_order_key(trees_.hash_seed, order_id)).step();
}

std::optional<std::int64_t> SqliteWriter::placed_at_us(std::string_view order_id) {
  Query query = db_.rows(tables::orders, "WHERE order_id = ?");
  if (!query.bind(order_id).step()) return {};
  query.skip(3);
  return query.integer();
}

// A refund goes with its order; one without, by its own time.
bool SqliteWriter::is_past(const Refund& refund) {
  if (!state_.retention().is_sweeping()) return false;
  const auto placed_us = placed_at_us(refund.order_id);
  return state_.retention().hides(placed_us.value_or(refund.at_us));
}

// Counts what is gone and still counts in a member's row. Gathered once for all messages: a member
// may have done much before that time, and more than one event asks.
MemberCounts SqliteWriter::past_counts(MessageNo message, MemberNo member) {
  const Retention& retention = state_.retention();
  if (!retention.is_sweeping() || retention.phase > SweepPhase::orders) return {};
  const auto [known, is_new] = past_counts_.try_emplace(member);
  if (is_new) known->second = all_past_counts(member);
  const auto found = known->second.find(message);
  return found == known->second.end() ? MemberCounts{} : found->second;
}

std::map<MessageNo, MemberCounts> SqliteWriter::all_past_counts(MemberNo member) {
  std::map<MessageNo, MemberCounts> counts;
  const std::int64_t kept_from_us = state_.retention().kept_from_us;
  {
    Query query = db_.rows(tables::touch, "WHERE member_no = ? AND at < ?");
    for (query.bind(member).bind(kept_from_us); query.step();) {
      const TouchRow touch = read_touch(query);
      count_touch(counts[touch.message], touch.kind);
    }
  }
  for (const OrderNo order : member_orders(trees_, member, 0, kept_from_us - 1)) {
    if (const auto credited = credit(order)) ++counts[credited->message].orders;
  }
  return counts;
}

void SqliteWriter::take_off_member(MessageNo message, MemberNo member, const MemberCounts& gone) {
  MemberCounts left;
  {
    Query query = db_.find(tables::message_member);
    if (!query.bind(message).bind(member).step()) return;
    left = read_member_counts(query);
  }
  left.clicks -= gone.clicks;
  left.opens -= gone.opens;
  left.coupons -= gone.coupons;
  left.orders -= gone.orders;
  store_member_counts(message, member, left);
}

void SqliteWriter::drop(const TouchRow& row) {
  remove_touch(row);
  MemberCounts gone;
  count_touch(gone, row.kind);
  take_off_member(row.message, row.member, gone);
}

void SqliteWriter::drop_order(OrderNo number) {
  const Order dropped = order(number);
  const std::string& order_id = dropped.order_id;
  if (const auto credited = credit(number)) {
    if (is_person(credited->member)) {
      MemberCounts gone;
      gone.orders = 1;
      take_off_member(credited->message, credited->member, gone);
    }
    remove_credit(*credited);
  }
  for (const char* sql :
       {"DELETE FROM refund WHERE order_id = ?", "DELETE FROM refund_sum WHERE order_id = ?",
        "DELETE FROM held_refund WHERE order_id = ?"}) {
    db_.query(sql).bind(std::string_view(order_id)).run();
  }
  if (is_person(dropped.member)) {
    pending(Tree::member_order)
        .add_at(dropped.placed_at_us,
                member_order_key(dropped.member, dropped.placed_at_us, number), {});
  }
  put_other_refund(number, false);
  db_.remove(tables::orders).bind(number).run();
  db_.add_new(tables::past_order).bind(past_order_key(trees_.hash_seed, order_id)).run();
}

void SqliteWriter::drop_held_refunds(std::string_view order_id) {
  const std::int64_t kept_from_us = state_.retention().kept_from_us;
  std::vector<Refund> refunds;
  {
    Query query = db_.rows(tables::refund, "WHERE order_id = ?");
    refunds = rows_of(query.bind(order_id), read_refund);
  }
  for (const Refund& refund : refunds) {
    if (refund.at_us < kept_from_us) drop_refund(refund);
  }
}

void SqliteWriter::drop_refund(const Refund& refund) {
  release_refund(refund);
  db_.remove(tables::refund).bind(refund.refund_id).run();
  add_to_refund_sums(db_, refund, -1);
}

void SqliteWriter::unfile(const Delivery& row, const FiledDelivery& was) {
  if (was.is_failed) {
    pending(Tree::failed_delivery).add(delivery_key(row.message, row.delivery_id), {});
  }
  if (was.chain) {
    pending(Tree::chain).add(chain_key(was.chain, row.message, row.delivery_id), {});
  }
}

// Failures and chains name deliveries by the message: they go when the deliveries do. One that was
// reported anew meanwhile is filed as it is now.
void SqliteWriter::unfile_dropped() {
  const std::vector<RunEntry> dropped = trees_.deliveries.take_dropped();
  std::vector<Delivery> rows;
  std::vector<KeyPlace> keys;  // in order, as the entries are
  for (const RunEntry& entry : dropped) {
    Delivery row = decode_delivery(entry.key, entry.value);
    const FiledDelivery was = filed(row.state);
    if (!was.is_failed && !was.chain) continue;
    keys.emplace_back(entry.key, static_cast<std::uint32_t>(rows.size()));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  std::vector<bool> is_reported_anew(rows.size());
  trees_.deliveries.find(keys, [&](const KeyPlace& place, std::string_view) {
    is_reported_anew[place.number] = true;
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_reported_anew[i]) unfile(rows[i], filed(rows[i].state));
  }
  put_pending();
}

void SqliteWriter::drop_past(MemberNo member) {
  const Retention& retention = state_.retention();
  if (!retention.is_sweeping() || !is_person(member)) return;
  put_pending();
  past_counts_.erase(member);
  const std::int64_t last_us = retention.kept_from_us - 1;
  for (const MemberDelivery& entry : member_deliveries(trees_, member, 0, last_us)) {
    pending(Tree::member_delivery).add(member_delivery_key(entry), {});
    const Delivery row = named_delivery(trees_, entry);
    pending(Tree::delivery).add(delivery_key(row.message, row.delivery_id), {});
    unfile(row, filed(row.state));
  }
  Query touches = db_.rows(tables::touch, "WHERE member_no = ? AND at BETWEEN ? AND ?");
  for (const TouchRow& row :
       rows_of(touches.bind(member).bind(std::int64_t{0}).bind(last_us), read_touch)) {
    drop(row);
  }
  for (const OrderNo number : member_orders(trees_, member, 0, last_us)) {
    drop_order(number);
  }
}

}  // namespace message_history::sqlite
