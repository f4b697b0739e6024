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

// SQLite takes a NULL for the value NULL.
const char* begin_of(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

// While it lives, a lock that another connection holds is not waited for.
class NoWaiting {
 public:
  explicit NoWaiting(sqlite3* database) : database_(database) {
    sqlite3_busy_timeout(database_, 0);
  }
  ~NoWaiting() { sqlite3_busy_timeout(database_, busy_timeout_ms); }
  NoWaiting(const NoWaiting&) = delete;
  NoWaiting& operator=(const NoWaiting&) = delete;

 private:
  sqlite3* const database_;
};

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
  const bool lacked_memory = error.getExtendedErrorCode() == SQLITE_IOERR_NOMEM;
  switch (lacked_memory ? SQLITE_NOMEM : error.getErrorCode()) {
    case SQLITE_FULL:
      throw crm::Failure(CRM_ERR_FULL, what + "; free disk space and try again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // whoever wrote the log's index stood still in the middle of it
      throw crm::Failure(CRM_ERR_BUSY, what + "; another process holds it, try again");
    case SQLITE_NOMEM:
      throw crm::Failure(CRM_ERR_NO_MEMORY, what + "; free some memory and try again");
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

Query::Query(sqlite3_stmt& statement, const std::string& file)
    : statement_(statement), file_(file) {}

Query::~Query() {
  sqlite3_reset(&statement_);
}

void Query::check(int answer) const {
  if (answer == SQLITE_OK) return;
  rethrow(SQLite::Exception(sqlite3_db_handle(&statement_), answer), file_);
}

Query& Query::bind(std::int64_t value) {
  check(sqlite3_bind_int64(&statement_, ++bound_, value));
  return *this;
}

Query& Query::bind(std::string_view text) {
  check(sqlite3_bind_text64(&statement_, ++bound_, begin_of(text), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  check(
      sqlite3_bind_blob64(&statement_, ++bound_, begin_of(bytes), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Query& Query::bind_null() {
  check(sqlite3_bind_null(&statement_, ++bound_));
  return *this;
}

bool Query::step() {
  column_ = 0;
  const int answer = sqlite3_step(&statement_);
  if (answer == SQLITE_ROW) return true;
  if (answer != SQLITE_DONE) check(answer);
  return false;
}

void Query::run() {
  while (step()) {
  }
}

int Query::changes() {
  return sqlite3_changes(sqlite3_db_handle(&statement_));
}

std::int64_t Query::integer() {
  return sqlite3_column_int64(&statement_, column_++);
}

std::optional<std::int64_t> Query::optional_integer() {
  const int column = column_++;
  if (sqlite3_column_type(&statement_, column) == SQLITE_NULL) return {};
  return sqlite3_column_int64(&statement_, column);
}

std::string Query::text() {
  return std::string(bytes());
}

std::string_view Query::bytes() {
  const int column = column_++;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(&statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(&statement_, column))};
}

void Connection::Finalizer::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Connection::Connection(const std::string& file, Mode mode)
    : file_(file), database_(opened(file, mode)) {
  if (mode == Mode::create) {
    // Before anything is written, else they are without effect. Pages of two blocks take fewer
    // calls than those of one; auto_vacuum lets pages be given back.
    execute("PRAGMA page_size=8192");
    execute("PRAGMA auto_vacuum=INCREMENTAL");
  }
  if (mode != Mode::read) {
    // FULL: a commit is durable when it returns, also through a power cut.
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    // What is erased leaves no trace in pages that stay in use; SqliteWriter::entomb does the rest.
    execute("PRAGMA secure_delete=FAST");
    execute("PRAGMA wal_autocheckpoint=2000");
    execute("PRAGMA cache_size=-16384");
    // A statement's own journal of the pages it changes: they are few, but each would go to a file
    // outside of the tenant's folder.
    execute("PRAGMA temp_store=MEMORY");
  } else {
    execute("PRAGMA query_only=ON");
    execute("PRAGMA cache_size=-4096");
  }
  execute("PRAGMA mmap_size=0");  // an I/O error must be an error, not a SIGBUS in the host
  roll_back_ = prepared("ROLLBACK");
}

Connection::Statement Connection::prepared(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int answer = sqlite3_prepare_v3(database_.getHandle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
  Statement owned(statement);
  if (answer != SQLITE_OK) rethrow(SQLite::Exception(database_.getHandle(), answer), file_);
  return owned;
}

Query Connection::query(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = prepared(sql);
  return Query(*statement, file_);
}

void Connection::execute(const std::string& sql) {
  translated(file_, [&] { database_.exec(sql); });
}

bool Connection::is_in_transaction() const {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

void Connection::begin_writing() {
  roll_back();
  execute("BEGIN IMMEDIATE");
}

void Connection::roll_back() noexcept {
  if (!is_in_transaction()) return;
  sqlite3_step(roll_back_.get());
  sqlite3_reset(roll_back_.get());
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
  const NoWaiting no_waiting(database_.getHandle());
  return pragma("wal_checkpoint(TRUNCATE)") == 0;
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
