#include "store/sqlite/migration.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "store/sqlite/checksum_function.h"
#include "store/sqlite/overwriting.h"
#include "store/sqlite/row_count.h"
#include "store/sqlite/run_cursor.h"
#include "store/sqlite/scrub_state.h"
#include "store/sqlite/tables.h"

namespace message_history::sqlite {

namespace {

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

}  // namespace message_history::sqlite
