#include "bare_table.h"

#include <sqlite3.h>
#include <crm/cpp/failure.hpp>

#include "stopwatch.h"

namespace crm_bench {

namespace {

// WAL with FULL syncs every commit once. A log of 4 MB stays in memory until it is moved into the
// file; longer logs and larger pages were tried and are no quicker. One process uses the file, so
// no shared memory is needed.
constexpr const char* pragmas[] = {
    "PRAGMA page_size=4096",   "PRAGMA locking_mode=EXCLUSIVE",  "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=1000", "PRAGMA cache_size=-65536",
};

constexpr const char* schema =
    "CREATE TABLE delivery (message_id TEXT NOT NULL, delivery_id TEXT NOT NULL, member_id TEXT "
    "NOT NULL, channel INTEGER NOT NULL, provider TEXT NOT NULL, status INTEGER NOT NULL, at "
    "INTEGER NOT NULL, code TEXT, cost INTEGER, currency TEXT)";

void bind_text(sqlite3_stmt* statement, int column, crm_str text) {
  if (text.size == 0) {
    sqlite3_bind_null(statement, column);
  } else {
    sqlite3_bind_text(statement, column, text.data, static_cast<int>(text.size), SQLITE_STATIC);
  }
}

}  // namespace

BareTable::BareTable(const std::filesystem::path& file) : file_(file) {
  if (sqlite3_open_v2(file.c_str(), &database_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK) {
    fail("open it");
  }
  for (const char* pragma : pragmas) execute(pragma);
  execute(schema);
  const auto prepare = [this](const char* sql, sqlite3_stmt** statement) {
    if (sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr) !=
        SQLITE_OK) {
      fail(sql);
    }
  };
  prepare("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &insert_);
  prepare("BEGIN IMMEDIATE", &begin_);
  prepare("COMMIT", &commit_);
}

BareTable::~BareTable() {
  close();
}

void BareTable::execute(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void BareTable::fail(const char* what) const {
  throw crm::Failure(CRM_ERR_IO, "baseline " + file_.string() + ": cannot " + what + ": " +
                                     sqlite3_errmsg(database_) + "; free disk space, run it again");
}

void BareTable::insert_row(const crm_event_delivery& event) {
  bind_text(insert_, 1, event.message_id);
  bind_text(insert_, 2, event.delivery_id);
  bind_text(insert_, 3, event.member_id);
  sqlite3_bind_int64(insert_, 4, event.channel);
  bind_text(insert_, 5, event.provider);
  sqlite3_bind_int64(insert_, 6, event.status);
  sqlite3_bind_int64(insert_, 7, event.head.at_us);
  bind_text(insert_, 8, event.code);
  if ((event.head.flags & CRM_DELIVERY_HAS_COST) != 0) {
    sqlite3_bind_int64(insert_, 9, event.cost_minor);
    bind_text(insert_, 10, event.currency);
  } else {
    sqlite3_bind_null(insert_, 9);
    sqlite3_bind_null(insert_, 10);
  }
  if (sqlite3_step(insert_) != SQLITE_DONE) fail("insert a row");
  sqlite3_reset(insert_);
}

double BareTable::insert(const host_stub::EventBatch& batch) {
  const Stopwatch watch;
  if (sqlite3_step(begin_) != SQLITE_DONE) fail("begin");
  sqlite3_reset(begin_);
  for (const crm_event* event : batch.events()) {
    insert_row(*reinterpret_cast<const crm_event_delivery*>(event));
  }
  if (sqlite3_step(commit_) != SQLITE_DONE) fail("commit");
  sqlite3_reset(commit_);
  return watch.seconds();
}

uint64_t BareTable::rows() {
  sqlite3_stmt* count = nullptr;
  sqlite3_prepare_v2(database_, "SELECT count(*) FROM delivery", -1, &count, nullptr);
  if (sqlite3_step(count) != SQLITE_ROW) fail("count its rows");
  const auto rows = static_cast<uint64_t>(sqlite3_column_int64(count, 0));
  sqlite3_finalize(count);
  return rows;
}

double BareTable::close() {
  const Stopwatch watch;
  for (sqlite3_stmt* statement : {insert_, begin_, commit_}) sqlite3_finalize(statement);
  insert_ = begin_ = commit_ = nullptr;
  sqlite3_close(database_);
  database_ = nullptr;
  return watch.seconds();
}

}  // namespace crm_bench
