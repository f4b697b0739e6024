// Replaces what is derived by the recount, in the transaction that has kept writers out since.
#include <fmt/format.h>

#include <utility>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/check/sqlite_maintenance.h"
#include "store/sqlite/check/store_reading.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t entries_a_run = 200'000;

void add_entry(Tree tree, const RunsCursor& cursor, RunEntries& entries) {
  if (tree == Tree::member_delivery) {
    entries.add_at(view_member_delivery(cursor.key()).at_us, cursor.key(), cursor.value());
  } else if (tree == Tree::member_order) {
    entries.add_at(view_member_order(cursor.key(), cursor.value()).placed_at_us, cursor.key(),
                   cursor.value());
  } else {
    entries.add(cursor.key(), cursor.value());
  }
}

}  // namespace

void SqliteMaintenance::replace() {
  for (const TableShape& shape : shapes_) {
    if (differing_.contains(shape.table())) replace_table(shape);
  }
  const auto counted = scratch().state.trees.all();
  const auto stored = trees_.all();
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const Tree tree = stored[i]->tree();
    // A damaged row of these may belong to any of them.
    const bool may_differ = differing_.contains("run") || differing_.contains("fence");
    const bool is_derived = part_of(tree) == Finding::Part::derived;
    if (!differing_.contains(name_of(tree)) && !(may_differ && is_derived)) continue;
    if (tree == Tree::delivery) {
      correct_deliveries();
    } else {
      replace_tree(*stored[i], *counted[i]);
    }
  }
  // Deliveries are whole, so what no run leads to was of a tree that is made anew.
  db_.execute("DELETE FROM fence WHERE run_no NOT IN (SELECT run_no FROM run)");
  db_.execute("DELETE FROM block WHERE block_no NOT IN (SELECT block_no FROM fence)");
  // Facts were read whole before; what is derived is what was just written.
  count_all_rows(db_);
  has_damaged_pages_ = differing_.contains(page_finding);
  differing_.clear();
}

void SqliteMaintenance::commit() {
  db_.execute("COMMIT");
  // All that pages hold is proved; writing them anew gives them their checksums.
  if (std::exchange(has_damaged_pages_, false)) db_.execute("VACUUM");
  db_.try_truncate_log({});
  db_.hold_writers();
}

void SqliteMaintenance::replace_table(const TableShape& shape) {
  if (shape.derivation() != Derivation::mixed) {
    db_.execute(fmt::format("DELETE FROM {}", shape.table()));
    for (TableWalk walk(scratch().db, shape, nullptr); walk.valid(); walk.next()) {
      write_row(db_, shape.insert(), walk.row());
    }
    return;
  }
  // Rows of facts stay where they are, and those that are equal as they are.
  each_pair({db_, scratch().db}, shape, [&](const Cells* stored, const Cells* counted) {
    if (stored == nullptr || counted == nullptr || are_equal(shape, *stored, *counted)) return;
    write_row(db_, shape.update(), *counted);
  });
}

void SqliteMaintenance::replace_tree(SortedRuns& stored, SortedRuns& counted) {
  const auto number = static_cast<int>(stored.tree());
  // Their blocks are removed when no row leads to them: a damaged row may lead to another's.
  db_.execute(fmt::format(
      "DELETE FROM fence WHERE run_no IN (SELECT run_no FROM run WHERE tree = {})", number));
  db_.execute(fmt::format("DELETE FROM run WHERE tree = {}", number));
  stored.forget();
  RunEntries entries;
  std::size_t count = 0;
  RunsCursor cursor = counted.cursor({}, above_all_keys);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    add_entry(stored.tree(), cursor, entries);
    if (++count % entries_a_run == 0) stored.put(entries);
  }
  stored.put(entries);
}

// Only a mark that is derived can differ; a delivery itself is a fact.
void SqliteMaintenance::correct_deliveries() {
  RunEntries entries;
  RunsCursor have = trees_.deliveries.cursor({}, above_all_keys);
  RunsCursor want = scratch().state.trees.deliveries.cursor({}, above_all_keys);
  have.seek({});
  for (want.seek({}); want.valid() && have.valid(); want.next(), have.next()) {
    if (have.key() == want.key() && have.value() != want.value()) {
      entries.add(want.key(), want.value());
    }
  }
  trees_.deliveries.put(entries);
}

}  // namespace message_history::sqlite
