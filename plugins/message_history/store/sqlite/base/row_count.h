// How many rows every table has, and the sum of their checksums, so that a row that is missing,
// put there by somebody else or older than it should be is noticed by whoever walks the table.
//
// The table `row_count` is written in the transaction that changes the rows. SQLite tells of every
// change of every row, so that no statement can forget to count. One thread, that of the
// connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/table.h"

namespace message_history::sqlite {

struct RowCount {
  std::int64_t rows = 0;
  std::int64_t checksums = 0;  // their sum
  friend bool operator==(const RowCount&, const RowCount&) = default;
};

// Notes what a writer's connection changes.
class RowCounter {
 public:
  explicit RowCounter(Connection& db);
  ~RowCounter();
  RowCounter(const RowCounter&) = delete;
  RowCounter& operator=(const RowCounter&) = delete;

  // Before the transaction is committed. A rollback forgets by itself what was counted.
  void save();
  void forget();
  // Of the transaction so far, not saved yet.
  RowCount change_of(const Table& table) const { return changes_.at(table.name).change; }

 private:
  struct Change {
    const Table* table = nullptr;
    int crc_column = 0;
    RowCount change;
  };
  void note(sqlite3* handle, int operation, std::string_view table);

  Connection& db_;
  std::map<std::string_view, Change> changes_;  // by the table's name
  bool has_missed_ = false;                     // a change that SQLite could not tell
};

// Adds up the rows of a table that a reader walks, and compares at the end.
class RowsSeen {
 public:
  explicit RowsSeen(const Table& table) : table_(table) {}
  // The row the query stands at; in any order, each once.
  void add(const Query& query) {
    ++seen_.rows;
    seen_.checksums += query.checksum();
  }
  // CORRUPT when these are not all rows of the table, or not the ones that were counted.
  void expect_all(Connection& db) const;

 private:
  const Table& table_;
  RowCount seen_;
};

// Walks the table: CORRUPT when a row is damaged or missing.
void expect_all_rows(Connection& db, const Table& table);
// As counted; CORRUPT when nothing is known of the table.
RowCount row_count(Connection& db, const Table& table);
// For a table that was just made.
void count_as_empty(Connection& db, const Table& table);
// Counts what is there: for databases of versions that did not, and after a migration.
void count_rows(Connection& db, const Table& table);
void count_all_rows(Connection& db);

// What verify_rows found.
struct RowFault {
  std::string table;
  std::string what;  // "row 17 does not match its checksum", "has 5 rows of 6"
};
// Reads every row of every table and tells what is damaged or missing; reads on after a fault.
void expect_sound_rows(Connection& db);  // CORRUPT, with the first that is found
void verify_rows(Connection& db, const std::function<void(const RowFault&)>& visit);

}  // namespace message_history::sqlite
