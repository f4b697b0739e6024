#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace message_history::sqlite {

namespace {

constexpr int busy_timeout_ms = 5'000;
constexpr int eager_wait_us = 100;

int open_flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::create:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX;
    case Connection::Mode::write:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
    case Connection::Mode::read:
      // Not OPEN_READONLY: the first reader after a crash must be able to recover the log.
      return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
  }
  return 0;
}

// SQLite's own handler soon sleeps for 100 ms at a time and finds a busy writer at work each time.
int wait_eagerly(void* /*context*/, int waited) {
  if (waited >= busy_timeout_ms * 1'000 / eager_wait_us) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(eager_wait_us));
  return 1;
}

SQLite::Database opened(const std::string& file, Connection::Mode mode) {
  try {
    return SQLite::Database(file, open_flags(mode), busy_timeout_ms);
  } catch (const SQLite::Exception& error) {
    rethrow(error, file);
  }
}

template <class Work>
auto translated(const std::string& file, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    rethrow(error, file);
  }
}

}  // namespace

void rethrow(const SQLite::Exception& error, const std::string& file) {
  const std::string what = file + ": " + error.what();
  switch (error.getErrorCode()) {
    case SQLITE_FULL:
      throw crm::Failure(CRM_ERR_FULL, what + "; free disk space and try again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw crm::Failure(CRM_ERR_BUSY, what + "; another process holds it, try again");
    case SQLITE_NOMEM:
      throw crm::Failure(CRM_ERR_NO_MEMORY, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      throw crm::Failure(CRM_ERR_CORRUPT, what + "; restore the tenant's folder from a backup");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      throw crm::Failure(CRM_ERR_IO, what + "; make the folder writable for this process");
    case SQLITE_IOERR:
      throw crm::Failure(CRM_ERR_IO, what + "; check the disk and try again");
    default:
      throw crm::Failure(CRM_ERR_INTERNAL, what);
  }
}

Query::Query(SQLite::Statement& statement, const std::string& file)
    : statement_(statement), file_(file) {}

Query::~Query() {
  statement_.tryReset();
}

Query& Query::bind(std::int64_t value) {
  translated(file_, [&] { statement_.bind(++bound_, value); });
  return *this;
}

Query& Query::bind(std::string_view text) {
  translated(file_, [&] { statement_.bind(++bound_, std::string(text)); });
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  translated(file_, [&] {
    statement_.bind(++bound_, static_cast<const void*>(bytes.data() == nullptr ? "" : bytes.data()),
                    static_cast<int>(bytes.size()));
  });
  return *this;
}

Query& Query::bind_null() {
  translated(file_, [&] { statement_.bind(++bound_); });
  return *this;
}

bool Query::step() {
  column_ = 0;
  return translated(file_, [&] { return statement_.executeStep(); });
}

void Query::run() {
  while (step()) {
  }
}

int Query::changes() {
  return statement_.getChanges();
}

std::int64_t Query::integer() {
  return statement_.getColumn(column_++).getInt64();
}

std::optional<std::int64_t> Query::optional_integer() {
  const SQLite::Column column = statement_.getColumn(column_++);
  if (column.isNull()) return {};
  return column.getInt64();
}

std::string Query::text() {
  return std::string(bytes());
}

std::string_view Query::bytes() {
  const SQLite::Column column = statement_.getColumn(column_++);
  const auto* data = static_cast<const char*>(column.getBlob());
  return data == nullptr ? std::string_view{}
                         : std::string_view{data, static_cast<std::size_t>(column.getBytes())};
}

Connection::Connection(const std::string& file, Mode mode)
    : file_(file), database_(opened(file, mode)) {
  // So that pages can be given back; before anything is written, else it is without effect.
  if (mode == Mode::create) execute("PRAGMA auto_vacuum=INCREMENTAL");
  if (mode != Mode::read) {
    // FULL: a commit is durable when it returns, also through a power cut.
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    // What is erased leaves no trace in pages that stay in use; SqliteWriter::entomb does the rest.
    execute("PRAGMA secure_delete=FAST");
    execute("PRAGMA wal_autocheckpoint=4000");
    execute("PRAGMA cache_size=-16384");
  } else {
    execute("PRAGMA query_only=ON");
    execute("PRAGMA cache_size=-4096");
  }
  execute("PRAGMA mmap_size=0");  // an I/O error must be an error, not a SIGBUS in the host
}

Query Connection::query(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    statement = translated(
        file_, [&] { return std::make_unique<SQLite::Statement>(database_, std::string(sql)); });
  }
  return Query(*statement, file_);
}

void Connection::execute(const std::string& sql) {
  translated(file_, [&] { database_.exec(sql); });
}

void Connection::add_function(const char* name, int parameters, Function function, void* context) {
  translated(file_, [&] {
    database_.createFunction(name, parameters, true, context, function, nullptr, nullptr, nullptr);
  });
}

std::int64_t Connection::pragma(const std::string& name) {
  return translated(file_, [&] { return database_.execAndGet("PRAGMA " + name).getInt64(); });
}

void Connection::hold_writers() {
  sqlite3_busy_handler(database_.getHandle(), wait_eagerly, nullptr);
  execute("BEGIN IMMEDIATE");
}

bool Connection::try_truncate_log() {
  execute("PRAGMA busy_timeout=0");
  const bool is_busy = pragma("wal_checkpoint(TRUNCATE)") != 0;
  execute("PRAGMA busy_timeout=" + std::to_string(busy_timeout_ms));
  return !is_busy;
}

std::int64_t Connection::steps() const {
  std::int64_t steps = 0;
  for (sqlite3_stmt* statement = nullptr;
       (statement = sqlite3_next_stmt(database_.getHandle(), statement)) != nullptr;) {
    steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  }
  return steps;
}

Sha256 sha256_of(std::string_view bytes) {
  Sha256 value;
  if (bytes.size() != value.size()) {
    throw crm::Failure(CRM_ERR_CORRUPT, "a stored digest has the wrong size");
  }
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(value.data()));
  return value;
}

}  // namespace message_history::sqlite
