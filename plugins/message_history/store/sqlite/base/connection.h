// One SQLite connection with its prepared statements, and the translation of SQLite's errors.
//
// Not thread-safe: one thread at a time. Statements are prepared once a connection and reset by
// Query's destructor, so that no read transaction is left open by an early return.
//
// SQLiteCpp opens the connection and makes its errors. Rows are bound and read through SQLite's own
// functions: SQLiteCpp takes a shared pointer for each column, about a tenth of an export.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <chrono>
#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/rows.h"
#include "store/sqlite/base/row_checksum.h"
#include "store/sqlite/base/table.h"

struct sqlite3;
struct sqlite3_context;
struct sqlite3_stmt;
struct sqlite3_value;

namespace message_history::sqlite {

// As crm::Failure, with the file and what to do about it.
[[noreturn]] void rethrow(const SQLite::Exception& error, const std::string& file);

// Throws CORRUPT: what is damaged, in which file, and the remedy.
[[noreturn]] void damaged(const std::string& file, const std::string& what);

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const noexcept;
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalizer>;

// A prepared statement in use. Parameters are bound by position; columns are read in order.
//
// One that reads rows of a table verifies each of them before a column can be read; one that writes
// a row of it adds the checksum when all other columns are bound.
class Query {
 public:
  enum class Use : std::uint8_t { other, reads_rows, writes_rows };
  Query(sqlite3_stmt& statement, const std::string& file, const Table* table = nullptr,
        Use use = Use::other);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::int64_t value);
  Query& bind(std::string_view text);
  Query& bind_blob(std::string_view bytes);
  Query& bind_null();
  template <class Tag>
  Query& bind(Number<Tag> number) {
    return bind(number.value);
  }
  Query& bind(const std::optional<std::int64_t>& value) {
    return value ? bind(*value) : bind_null();
  }

  bool step();  // true while there is a row; the columns start over. CORRUPT for a damaged row
  // The same for one who looks for damage: tells which row it is, and goes on.
  bool step_over_damage(const std::function<void(const std::string& row)>& visit);
  void run();  // for statements without rows
  int changes();

  int type() const;  // SQLite's, of the column that is read next
  std::int64_t integer();
  std::optional<std::int64_t> optional_integer();
  std::string text();
  std::optional<std::string> optional_text();
  std::string_view bytes();  // valid until the next step

  template <class N>
  N number() {
    return N{integer()};
  }
  void skip(int columns) { column_ += columns; }
  std::int64_t checksum() const;  // of the row it stands at, as stored

 private:
  void check(int answer) const;
  [[noreturn]] void name_damaged_page(std::int64_t page) const;
  void note_bound();
  bool advance();
  bool is_sound_row() const;
  std::string row_text() const;

  sqlite3_stmt& statement_;
  const std::string& file_;
  const Table* table_;
  Use use_;
  int row_columns_;  // before the checksum
  int bound_ = 0;
  int column_ = 0;
  int bound_of_row_ = 0;
  RowChecksum bound_checksum_;  // of the row that is being bound
};

class RowCounter;

class Connection {
 public:
  // inspect: reads what is there, also of pages that do not match their checksums.
  enum class Mode { create, write, read, inspect };
  Connection(const std::string& file, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The statement for this text, which must be a literal: it is looked up by address first.
  Query query(const char* sql);
  // Reads whole rows of a table, each verified: its columns, then crc. `rest` is a literal that
  // goes on after "FROM table", and picks rows by their keys only: a damaged value would be passed
  // over.
  Query rows(const Table& table, const char* rest);
  // The same for a whole statement that reads such rows first, and more beside them.
  Query verified(const Table& table, const char* sql);
  // The row with the key that is bound.
  Query find(const Table& table) { return statement_of(table, Statement::find); }
  // Writes the row that is bound: put() in place of one with its key, if there is one; change() in
  // place of one that is there; add() where there is none; add_new() does nothing where there is.
  Query put(const Table& table) { return statement_of(table, Statement::put); }
  Query change(const Table& table) { return statement_of(table, Statement::change); }
  Query add(const Table& table) { return statement_of(table, Statement::add); }
  Query add_new(const Table& table) { return statement_of(table, Statement::add_new); }
  // Writes the rows that are bound one after the other, by a statement of one's own.
  Query writes(const Table& table, const char* sql);
  // Removes the row with the key that is bound.
  Query remove(const Table& table) { return statement_of(table, Statement::remove); }
  void execute(const std::string& sql);
  // Begins a transaction that writes. One that could not be rolled back before is rolled back
  // first.
  void begin_writing();
  // Ends the transaction under way, if there is one, without its changes. Needs no memory.
  void roll_back() noexcept;
  // Makes a function of SQL. `context`, which it gets as its user data, outlives the connection's
  // use of it.
  using Function = void (*)(sqlite3_context*, int, sqlite3_value**);
  void add_function(const char* name, int parameters, Function function, void* context);
  std::int64_t pragma(const std::string& name);
  // Keeps every other writer out, of whatever process, for as long as this connection lives. BUSY
  // when it does not get its turn between their commits for 5 s.
  void hold_writers();
  // Moves the log into the database and makes it empty; false while readers need it, for whom it
  // waits no longer than this.
  bool try_truncate_log(std::chrono::milliseconds wait = std::chrono::milliseconds(0));
  // Closing the file's last connection does not move the log into the database then.
  void leave_log() noexcept;
  // What its pages take in memory, and giving back those that are not in use.
  std::size_t page_bytes() const;
  void give_back_pages();
  // True for a file that was made with a checksum on each page; see page_checksums.h.
  bool has_page_checksums();
  // Virtual machine steps of all statements so far.
  std::int64_t steps() const;
  // Rows changed since it was opened.
  std::int64_t changes() const { return database_.getTotalChanges(); }
  // The number that the row inserted last was given.
  std::int64_t last_insert() const { return database_.getLastInsertRowid(); }
  const std::string& file() const { return file_; }
  sqlite3* handle() { return database_.getHandle(); }

  // Counts from now on what is changed; see row_count.h. Then commit() is to be used, so that the
  // counts are part of the transaction.
  void count_rows();
  RowCounter* row_counter() { return row_counter_.get(); }  // NULL when it does not count
  void commit();

 private:
  enum class Statement : std::uint8_t { find, put, change, add, add_new, remove };
  static constexpr std::size_t statement_count = 6;

  Prepared prepare(const std::string& sql);
  static std::string text_of(const Table& table, Statement statement);
  Query statement_of(const Table& table, Statement statement);

  bool is_in_transaction() const;

  std::string file_;
  SQLite::Database database_;
  std::unordered_map<const char*, Prepared> statements_;
  std::unordered_map<const Table*, std::array<Prepared, statement_count>> table_statements_;
  // By table and the address of what follows its name.
  std::map<std::pair<const Table*, const char*>, Prepared> row_statements_;
  Prepared roll_back_;  // prepared at once: it is needed when there is no memory
  std::unique_ptr<RowCounter> row_counter_;
};

// The bytes of a digest as a column holds them; borrowed.
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
Sha256 sha256_of(std::string_view bytes);  // the 32 bytes of a column; CORRUPT for another size

}  // namespace message_history::sqlite
