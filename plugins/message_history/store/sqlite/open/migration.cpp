#include "store/sqlite/open/migration.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "store/sqlite/base/checksum_function.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/expire/overwriting.h"
#include "store/sqlite/expire/scrub_state.h"
#include "store/sqlite/index/trees.h"
#include "store/sqlite/lists/clicked_again.h"
#include "store/sqlite/lists/list_tables.h"
#include "store/sqlite/lists/period_figures.h"
#include "store/sqlite/lsm/run_cursor.h"
#include "store/sqlite/lsm/sorted_runs.h"
#include "store/sqlite/open/schema.h"
#include "store/sqlite/write/refund_sums.h"

namespace message_history::sqlite {

namespace {

constexpr std::int64_t tree_of_orders_since = 4;
constexpr std::int64_t numbered_blocks_since = 5;
constexpr std::int64_t checksums_since = 6;
constexpr std::int64_t clicked_again_since = 7;
constexpr std::int64_t period_figures_since = 8;
constexpr std::int64_t hashes_of_erased_ids_since = 9;
constexpr std::int64_t lists_by_id_since = 10;
constexpr std::int64_t ids_written_anew_since = 11;
constexpr std::int64_t skipped_names_since = 12;
constexpr std::int64_t refund_sums_since = 14;
constexpr std::int64_t migrated_orders_a_run = 100'000;

// Fills the tree of members' orders, which takes the place of an index.
void fill_tree_of_orders(Connection& db) {
  SortedRuns tree(db, Tree::member_order, member_part);
  RunEntries entries;
  Query query = db.rows(tables::orders, "");
  for (std::int64_t count = 1; query.step(); ++count) {
    const Order order = read_order(query);
    if (!is_person(order.member)) continue;
    entries.add_at(order.placed_at_us,
                   member_order_key(order.member, order.placed_at_us, order.number),
                   member_order_value(order));
    if (count % migrated_orders_a_run == 0) tree.put(entries);
  }
  tree.put(entries);
}

// A row of the table `run` as versions 1 to 4 had it.
constexpr Table old_run{
    "old_run",
    "run_no, tree, level, entries, merged_into, growing, first_key, last_key, first_at, last_at"};

constexpr Table erasure_of_version_8{"erasure", "member_key, member_no, until_at"};

struct CountedRun {
  std::int64_t entries = 0;  // at or above the run's first key
  std::int64_t blocks = 0;
  std::string last_key;
};

// Writes the run's block index anew.
CountedRun count_blocks(Connection& db, std::int64_t run, std::string_view first_key) {
  CountedRun counted;
  Block block;
  Query query = db.query(
      "SELECT first_key, block_no, bytes FROM old_fence LEFT JOIN block USING (block_no) "
      "WHERE run_no = ? ORDER BY first_key");
  query.bind(run);
  while (query.step()) {
    const std::string_view block_first_key = query.bytes();
    const std::int64_t number = query.integer();
    const std::string_view bytes = query.bytes();
    decode_block(db, number, bytes, block);
    if (block.size() == 0 || block.key(0) != block_first_key) {
      damaged(db.file(), "block " + std::to_string(number) + " is not the one that run " +
                             std::to_string(run) + " names");
    }
    const auto entries = static_cast<std::int64_t>(block.size());
    db.add(tables::fence)
        .bind(run)
        .bind_blob(block_first_key)
        .bind(number)
        .bind(counted.blocks++)
        .bind(entries)
        .bind(checksum_of_block(bytes))
        .run();
    counted.entries += entries - static_cast<std::int64_t>(block.lower_bound(first_key));
    counted.last_key.assign(block.key(block.size() - 1));
  }
  return counted;
}

bool had_checksums(const Table& table) {
  for (const Table* with : {&tables::run, &tables::fence, &tables::touch, &tables::orders,
                            &tables::refund, &tables::credit}) {
    if (with == &table) return true;
  }
  return false;
}

// All that there were: what is left of which of them, nobody knows.
void note_pending_erasures(Connection& db) {
  const std::int64_t erasures = row_count(db, tables::erasure).rows;
  if (erasures == 0) return;
  Query newest = db.query("SELECT coalesce(max(recorded_at), 0) FROM source");
  newest.step();
  PendingScrub pending = read_pending_scrub(db);
  if (pending.erasures == 0) pending.since_us = newest.integer();
  pending.erasures = std::max(pending.erasures, erasures);
  save_pending_scrub(db, pending);
  count_rows(db, tables::meta);
}

void put_checksums(Connection& db, const Table& table) {
  db.execute("UPDATE " + std::string(table.name) + " SET crc = checksum_of_row(" +
             std::string(table.columns) + ")");
}

}  // namespace

void number_blocks(Connection& db) {
  {
    Query query = db.rows(old_run, "");
    while (query.step()) {
      const auto number = query.integer();
      const auto tree = query.integer();
      const auto level = query.integer();
      const auto entries = query.integer();
      const auto merged_into = query.integer();
      const auto growing = query.integer();
      const std::string first_key = query.text();
      const std::string last_key = query.text();
      const auto first_at = query.integer();
      const auto last_at = query.integer();
      const CountedRun counted = count_blocks(db, number, first_key);
      if (counted.entries != entries || counted.last_key != last_key) {
        damaged(db.file(), "run " + std::to_string(number) + " misses a block");
      }
      Query run = db.add(tables::run);
      run.bind(number).bind(tree).bind(level).bind(entries).bind(merged_into).bind(growing);
      run.bind_blob(first_key).bind_blob(last_key).bind(first_at).bind(last_at);
      run.bind(std::int64_t{0}).bind(counted.blocks).run();
    }
  }
  db.execute("DROP TABLE old_fence; DROP TABLE old_run");
}

void add_checksums(Connection& db) {
  add_checksum_function(db);
  for (const Table* table : tables::counted) {
    if (!had_checksums(*table)) put_checksums(db, *table);
  }
}

void renew_checksums(Connection& db, const Table& table) {
  add_checksum_function(db);
  put_checksums(db, table);
  count_rows(db, table);
}

void add_hashes_of_erased_ids(Connection& db) {
  expect_all_rows(db, erasure_of_version_8);
  renew_checksums(db, tables::erasure);
}

void write_ids_anew(Connection& db) {
  const Overwriting overwriting(db);
  for (const Table* table : {&tables::member, &tables::quarantine}) {
    // SQLite does not write a page that stays as it is.
    db.execute("UPDATE " + std::string(table->name) + " SET crc = 0");
    renew_checksums(db, *table);
  }
  db.execute("PRAGMA incremental_vacuum");
  note_pending_erasures(db);
}

void migrate(Connection& db) {
  const std::int64_t version = db.pragma("user_version");
  if (version == schema_version) return;
  if (version > schema_version) {
    throw crm::Failure(CRM_ERR_VERSION,
                       fmt::format("{}: written by a newer release (schema {}, this one knows {}); "
                                   "install that release or restore an older backup",
                                   db.file(), version, schema_version));
  }
  db.execute("BEGIN IMMEDIATE");
  for (std::int64_t step = version; step < schema_version; ++step) {
    db.execute(schema_steps[static_cast<std::size_t>(step)]);
  }
  if (version >= checksums_since) {
    if (version < clicked_again_since) count_clicked_again(db);
    if (version < period_figures_since) count_period_figures(db);
    if (version < hashes_of_erased_ids_since) add_hashes_of_erased_ids(db);
    if (version < lists_by_id_since) count_lists(db);
    if (version < skipped_names_since) count_as_empty(db, tables::skipped);
    if (version < refund_sums_since) count_refund_sums(db);
    expect_sound_rows(db);  // what is lost must not be counted anew
  }
  if (version < numbered_blocks_since) number_blocks(db);
  if (version < checksums_since) {
    add_checksums(db);
    count_all_rows(db);  // what is filled below is read from counted tables
  }
  if (version > 0 && version < ids_written_anew_since) write_ids_anew(db);
  if (version < tree_of_orders_since) fill_tree_of_orders(db);
  if (version > 0 && version < clicked_again_since) fill_clicked_again(db);
  if (version > 0 && version < period_figures_since) fill_period_figures(db);
  if (version > 0 && version < lists_by_id_since) fill_lists(db);
  if (version > 0 && version < refund_sums_since) fill_refund_sums(db);
  count_all_rows(db);
  db.execute(fmt::format("PRAGMA application_id={}", application_id));
  db.execute(fmt::format("PRAGMA user_version={}", schema_version));
  db.execute("COMMIT");
}

}  // namespace message_history::sqlite
