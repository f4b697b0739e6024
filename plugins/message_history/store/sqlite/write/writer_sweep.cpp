// Dropping what is older than details are kept, bit by bit: one call is a slice of one table or
// tree, in the transaction that also moves the sweep on.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

namespace {

// Rows dropped, and things looked at, in one slice.
constexpr std::int64_t slice_rows = 100;
constexpr std::int64_t slice_members = 300;
// More, as each slice begins with a block of every run.
constexpr std::int64_t slice_unnamed = 500;
// Slices of rows follow each other for so long.
constexpr std::chrono::milliseconds step_time{3};

// Which members a tree by member has entries of: asked in rising order of members, it walks the
// tree once, where gathering each member's entries would search all runs anew.
class NamedMembers {
 public:
  NamedMembers(SortedRuns& runs, MemberNo first, MemberNo last)
      : cursor_(runs.cursor(member_key(first), key_after(member_key(last)))) {
    cursor_.seek(member_key(first));
  }

  bool holds(MemberNo member) {
    const std::string key = member_key(member);
    if (cursor_.valid() && cursor_.key() < key) cursor_.seek(key);
    return cursor_.valid() && cursor_.key().starts_with(key);
  }

 private:
  RunsCursor cursor_;
};

bool has_touches(Connection& db, MemberNo member) {
  return db.query("SELECT 1 FROM touch WHERE member_no = ? LIMIT 1").bind(member).step();
}

// The number after which a phase goes on.
std::int64_t number_of(const std::string& after) {
  std::int64_t number = 0;
  std::from_chars(after.data(), after.data() + after.size(), number);
  return number;
}

}  // namespace

void SqliteWriter::begin_sweep(std::int64_t kept_from_us) {
  if (!state_.retention().begins_with(kept_from_us)) return;  // another process was faster
  Retention next = state_.retention();
  next.kept_from_us = kept_from_us;
  next.dropped_before_us = std::max(next.dropped_before_us, kept_from_us);
  next.begin(SweepPhase::member_deliveries);
  save_retention(db_, next);
  state_.set_retention(next);
  trees_.member_deliveries.begin_rewrite();
}

void SqliteWriter::sweep_some() {
  const auto began = std::chrono::steady_clock::now();
  Retention next = state_.retention();
  const bool is_of_rows = next.phase > SweepPhase::deliveries;
  do {
    sweep_slice(next);
  } while (is_of_rows && next.is_sweeping() &&
           std::chrono::steady_clock::now() - began < step_time);
  save_retention(db_, next);
  state_.set_retention(next);
}

void SqliteWriter::sweep_slice(Retention& next) {
  switch (next.phase) {
    case SweepPhase::none:
      return;
    case SweepPhase::member_deliveries:  // commit() merges
      if (trees_.member_deliveries.is_rewriting()) return;
      next.begin(SweepPhase::deliveries);
      trees_.deliveries.begin_rewrite();
      break;
    case SweepPhase::deliveries:
      if (trees_.deliveries.is_rewriting()) return;
      next.begin(SweepPhase::touches);
      break;
    case SweepPhase::touches:
      if (!sweep_touches(next)) next.begin(SweepPhase::orders);
      break;
    case SweepPhase::orders:
      if (!sweep_orders(next)) next.begin(SweepPhase::refunds);
      break;
    case SweepPhase::refunds:
      if (!sweep_refunds(next)) next.begin(SweepPhase::quarantine);
      break;
    case SweepPhase::quarantine:
      if (!sweep_quarantine(next)) next.begin(SweepPhase::members);
      break;
    case SweepPhase::members:
      if (!sweep_members(next)) next.begin(SweepPhase::none);
      break;
  }
}

// Member by member: of each, what is too old comes first.
bool SqliteWriter::sweep_touches(Retention& sweep) {
  std::int64_t dropped = 0;
  for (std::int64_t i = 0; i < slice_members; ++i) {
    Query next = db_.query("SELECT min(member_no) FROM touch WHERE member_no > ?");
    next.bind(number_of(sweep.after)).step();
    const auto member = next.optional_integer();
    if (!member) return false;
    Query query = db_.rows(tables::touch, "WHERE member_no = ? AND at < ? LIMIT ?");
    query.bind(*member).bind(sweep.kept_from_us).bind(slice_rows - dropped);
    for (const TouchRow& row : rows_of(query, read_touch)) {
      drop(row);
      ++dropped;
    }
    if (dropped == slice_rows) return true;  // this one may have more
    sweep.after = std::to_string(*member);
  }
  return true;
}

bool SqliteWriter::sweep_orders(Retention& sweep) {
  std::vector<OrderNo> past;
  std::int64_t seen = 0;
  {
    Query query = db_.rows(tables::orders, "WHERE order_no > ? ORDER BY order_no LIMIT ?");
    query.bind(number_of(sweep.after)).bind(slice_rows);
    for (; query.step(); ++seen) {
      const auto number = query.number<OrderNo>();
      query.skip(2);
      if (query.integer() < sweep.kept_from_us) past.push_back(number);
      sweep.after = std::to_string(number.value);
    }
  }
  for (const OrderNo number : past) drop_order(number);
  return seen == slice_rows;
}

// Those of an order go with it; these wait for one.
bool SqliteWriter::sweep_refunds(Retention& sweep) {
  std::vector<std::string> order_ids;
  {
    Query query = db_.query(
        "SELECT DISTINCT order_id FROM held_refund WHERE order_id > ? ORDER BY order_id LIMIT ?");
    query.bind(std::string_view(sweep.after)).bind(slice_rows);
    while (query.step()) order_ids.push_back(query.text());
  }
  for (const std::string& order_id : order_ids) drop_held_refunds(order_id);
  if (std::cmp_less(order_ids.size(), slice_rows)) return false;
  sweep.after = order_ids.back();
  return true;
}

// From the oldest on, so that no gaps are left in their numbers.
bool SqliteWriter::sweep_quarantine(const Retention& sweep) {
  std::int64_t last = 0;
  std::int64_t dropped = 0;
  {
    Query query = db_.rows(tables::quarantine, "ORDER BY quarantine_no LIMIT ?");
    for (query.bind(slice_rows); query.step(); ++dropped) {
      const std::int64_t number = query.integer();
      query.skip(2);
      if (query.integer() >= sweep.kept_from_us) break;
      last = number;
    }
  }
  db_.query("DELETE FROM quarantine WHERE quarantine_no <= ?").bind(last).run();
  return dropped == slice_rows;
}

// Ids that nothing names any more. Tombstones stay: erasures name them.
bool SqliteWriter::sweep_members(Retention& sweep) {
  std::vector<MemberRow> unnamed;
  std::int64_t seen = 0;
  {
    Query query = db_.rows(tables::member, "WHERE member_no > ? ORDER BY member_no LIMIT ?");
    query.bind(number_of(sweep.after)).bind(slice_unnamed);
    for (; query.step(); ++seen) {
      MemberRow row;
      row.number = query.number<MemberNo>();
      row.member = query.text();
      const bool is_erased = query.integer() != 0;
      if (!is_erased && !has_touches(db_, row.number)) unnamed.push_back(row);
      sweep.after = std::to_string(row.number.value);
    }
  }
  if (unnamed.empty()) return seen == slice_unnamed;
  put_pending();  // orders may have been dropped a moment ago
  const MemberNo first = unnamed.front().number;
  const MemberNo last = unnamed.back().number;
  NamedMembers recipients(trees_.member_deliveries, first, last);
  NamedMembers buyers(trees_.member_orders, first, last);
  for (const MemberRow& row : unnamed) {
    if (recipients.holds(row.number) || buyers.holds(row.number)) continue;
    pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, row.member, row.number), {});
    db_.remove(tables::member).bind(row.number).run();
    state_.members.remove(row.member);
  }
  return seen == slice_unnamed;
}

}  // namespace message_history::sqlite
