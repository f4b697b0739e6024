// One SQLite connection with its prepared statements, and the translation of SQLite's errors.
//
// Not thread-safe: one thread at a time. Statements are prepared once a connection and reset by
// Query's destructor, so that no read transaction is left open by an early return.
//
// SQLiteCpp opens the connection and makes its errors. Rows are bound and read through SQLite's own
// functions: SQLiteCpp takes a shared pointer for each column, about a tenth of an export.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/rows.h"

struct sqlite3_context;
struct sqlite3_stmt;
struct sqlite3_value;

namespace message_history::sqlite {

// As crm::Failure, with the file and what to do about it.
[[noreturn]] void rethrow(const SQLite::Exception& error, const std::string& file);

// A prepared statement in use. Parameters are bound by position; columns are read in order.
class Query {
 public:
  Query(sqlite3_stmt& statement, const std::string& file);
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

  bool step();  // true while there is a row; the columns start over
  void run();   // for statements without rows
  int changes();

  std::int64_t integer();
  std::optional<std::int64_t> optional_integer();
  std::string text();
  std::string_view bytes();  // valid until the next step

  template <class N>
  N number() {
    return N{integer()};
  }

 private:
  void check(int answer) const;

  sqlite3_stmt& statement_;
  const std::string& file_;
  int bound_ = 0;
  int column_ = 0;
};

class Connection {
 public:
  enum class Mode { create, write, read };
  Connection(const std::string& file, Mode mode);

  // The statement for this text, which must be a literal: it is looked up by address first.
  Query query(const char* sql);
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
  // Moves the log into the database and makes it empty, without waiting for readers; false while
  // they need it.
  bool try_truncate_log();
  // Virtual machine steps of all statements so far.
  std::int64_t steps() const;
  // Rows changed since it was opened.
  std::int64_t changes() const { return database_.getTotalChanges(); }
  // The number that the row inserted last was given.
  std::int64_t last_insert() const { return database_.getLastInsertRowid(); }
  const std::string& file() const { return file_; }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  using Statement = std::unique_ptr<sqlite3_stmt, Finalizer>;
  Statement prepared(const char* sql);
  bool is_in_transaction() const;

  std::string file_;
  SQLite::Database database_;
  std::unordered_map<const char*, Statement> statements_;
  Statement roll_back_;  // prepared at once: it is needed when there is no memory
};

// The bytes of a digest as a column holds them; borrowed.
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
Sha256 sha256_of(std::string_view bytes);  // the 32 bytes of a column; CORRUPT for another size

}  // namespace message_history::sqlite
