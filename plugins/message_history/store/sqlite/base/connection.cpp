#include "store/sqlite/base/connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "platform/folder.h"
#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/base/row_count.h"

namespace message_history::sqlite {

namespace {

constexpr int busy_timeout_ms = 5'000;
constexpr int eager_wait_us = 100;
// A larger table is not searched for the row that is damaged: whoever asked waits for it.
constexpr std::int64_t named_rows_max = 1'000'000;

int open_flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::create:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX;
    case Connection::Mode::write:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
    case Connection::Mode::read:
    case Connection::Mode::inspect:
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
    return SQLite::Database(file, open_flags(mode), busy_timeout_ms,
                            mode == Connection::Mode::inspect ? "" : page_checksums_vfs());
  } catch (const SQLite::Exception& error) {
    rethrow(error, file);
  }
}

// SQLite takes a NULL for the value NULL.
const char* begin_of(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

// While it lives, a lock that another connection holds is waited for no longer than this.
class ShortWait {
 public:
  ShortWait(sqlite3* database, std::chrono::milliseconds wait) : database_(database) {
    sqlite3_busy_timeout(database_, static_cast<int>(wait.count()));
  }
  ~ShortWait() { sqlite3_busy_timeout(database_, busy_timeout_ms); }
  ShortWait(const ShortWait&) = delete;
  ShortWait& operator=(const ShortWait&) = delete;

 private:
  sqlite3* const database_;
};

// The page whose checksum is the reason for the error. While SQLite reads the schema, it forgets
// which error of input it was; one of the disk it would have named elsewhere.
std::optional<std::int64_t> damaged_page(const SQLite::Exception& error, sqlite3* database) {
  const int code = error.getExtendedErrorCode();
  if (code != SQLITE_IOERR_DATA && code != SQLITE_IOERR) return {};
  return take_damaged_page(database);
}

std::string page_text(std::int64_t page) {
  return "page " + std::to_string(page) + " does not match its checksum";
}

std::string hex_text(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

std::string select_text(const Table& table) {
  return "SELECT " + std::string(table.columns) + ", crc FROM " + std::string(table.name);
}

std::string into_text(const Table& table) {
  std::string text =
      " INTO " + std::string(table.name) + " (" + std::string(table.columns) + ", crc) VALUES (";
  for (std::size_t i = 0; i < table.column_count(); ++i) text += "?, ";
  return text + "?)";
}

std::vector<std::string> columns_of(const Table& table) {
  std::vector<std::string> names;
  for (std::string_view rest = table.columns; !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return names;
}

// " WHERE a = ?1 AND b = ?2" for the first columns.
std::string where_text(const Table& table, std::size_t columns) {
  const std::vector<std::string> names = columns_of(table);
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    text += (i == 0 ? " WHERE " : " AND ") + names[i] + " = ?" + std::to_string(i + 1);
  }
  return text;
}

std::string update_text(const Table& table) {
  const std::vector<std::string> names = columns_of(table);
  const std::size_t kept = table.key_columns + table.fixed_columns;
  std::string text = "UPDATE " + std::string(table.name) + " SET ";
  for (std::size_t i = kept; i < names.size(); ++i) {
    text += names[i] + " = ?" + std::to_string(i + 1) + ", ";
  }
  text += "crc = ?" + std::to_string(names.size() + 1);
  return text + where_text(table, kept);
}

[[noreturn]] void rethrow_of(sqlite3* database, const SQLite::Exception& error,
                             const std::string& file) {
  if (const auto page = damaged_page(error, database)) damaged(file, page_text(*page));
  rethrow(error, file);
}

Prepared prepare_on(sqlite3* database, const char* sql, const std::string& file) {
  sqlite3_stmt* made = nullptr;
  const int answer =
      sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  Prepared statement(made);
  if (answer != SQLITE_OK) rethrow_of(database, SQLite::Exception(database, answer), file);
  return statement;
}

template <class Work>
auto translated(const std::string& file, sqlite3* database, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    rethrow_of(database, error, file);
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
      if (are_no_files_left()) throw NoFilesLeft(file);
      throw crm::Failure(CRM_ERR_IO, what + "; make the folder writable for this process");
    case SQLITE_IOERR:
      if (are_no_files_left()) throw NoFilesLeft(file);
      throw crm::Failure(CRM_ERR_IO, what + "; check the disk and try again");
    default:
      throw crm::Failure(CRM_ERR_INTERNAL, what);
  }
}

void damaged(const std::string& file, const std::string& what) {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     file + ": " + what + "; restore the tenant's folder from a backup");
}

void Finalizer::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Query::Query(sqlite3_stmt& statement, const std::string& file, const Table* table, Use use)
    : statement_(statement),
      file_(file),
      table_(table),
      use_(use),
      row_columns_(table == nullptr ? 0 : static_cast<int>(table->column_count())) {}

Query::~Query() {
  sqlite3_reset(&statement_);
}

void Query::check(int answer) const {
  if (answer == SQLITE_OK) return;
  const SQLite::Exception error(sqlite3_db_handle(&statement_), answer);
  const auto page = damaged_page(error, sqlite3_db_handle(&statement_));
  if (page) name_damaged_page(*page);
  rethrow(error, file_);
}

// Throws CORRUPT. The table is read once more without the checksums of pages: those of its rows,
// and how many there are, may tell what changed. Else the page is all there is to name.
void Query::name_damaged_page(std::int64_t page) const {
  const bool is_counted = use_ == Use::reads_rows && table_->name != "row_count";
  if (!is_counted) damaged(file_, page_text(page));
  Connection unverified(file_, Connection::Mode::inspect);
  if (row_count(unverified, *table_).rows <= named_rows_max) expect_all_rows(unverified, *table_);
  damaged(file_, page_text(page) + ", where rows of " + std::string(table_->name) + " are read");
}

Query& Query::bind(std::int64_t value) {
  check(sqlite3_bind_int64(&statement_, ++bound_, value));
  if (use_ == Use::writes_rows) bound_checksum_.add(value), note_bound();
  return *this;
}

Query& Query::bind(std::string_view text) {
  check(sqlite3_bind_text64(&statement_, ++bound_, begin_of(text), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  if (use_ == Use::writes_rows) bound_checksum_.add(text), note_bound();
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  check(
      sqlite3_bind_blob64(&statement_, ++bound_, begin_of(bytes), bytes.size(), SQLITE_TRANSIENT));
  if (use_ == Use::writes_rows) bound_checksum_.add(bytes), note_bound();
  return *this;
}

Query& Query::bind_null() {
  check(sqlite3_bind_null(&statement_, ++bound_));
  if (use_ == Use::writes_rows) bound_checksum_.add_null(), note_bound();
  return *this;
}

// With the last column of a row its checksum is bound as well.
void Query::note_bound() {
  if (++bound_of_row_ < row_columns_) return;
  check(sqlite3_bind_int64(&statement_, ++bound_, bound_checksum_.value()));
  bound_checksum_.clear();
  bound_of_row_ = 0;
}

bool Query::is_sound_row() const {
  RowChecksum checksum;
  for (int i = 0; i < row_columns_; ++i) {
    switch (sqlite3_column_type(&statement_, i)) {
      case SQLITE_INTEGER:
        checksum.add(sqlite3_column_int64(&statement_, i));
        break;
      case SQLITE_NULL:
        checksum.add_null();
        break;
      default: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(&statement_, i));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(&statement_, i));
        checksum.add(bytes == nullptr ? std::string_view() : std::string_view(bytes, size));
      }
    }
  }
  return this->checksum() == checksum.value();
}

std::int64_t Query::checksum() const {
  return sqlite3_column_int64(&statement_, row_columns_);
}

// The row that the query stands at, by its key and what it keeps for ever.
std::string Query::row_text() const {
  std::string name = "row";
  for (int i = 0; i < static_cast<int>(table_->key_columns + table_->fixed_columns); ++i) {
    name += i == 0 ? " " : ", ";
    const bool is_blob = sqlite3_column_type(&statement_, i) == SQLITE_BLOB;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(&statement_, i));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(&statement_, i));
    const std::string_view value =
        bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
    name += is_blob ? "x'" + hex_text(value) + "'" : std::string(value);
  }
  return name;
}

bool Query::advance() {
  column_ = 0;
  const int answer = sqlite3_step(&statement_);
  if (answer == SQLITE_ROW) return true;
  if (answer != SQLITE_DONE) check(answer);
  return false;
}

bool Query::step() {
  if (!advance()) return false;
  if (use_ == Use::reads_rows && !is_sound_row()) {
    damaged(file_, std::string(table_->name) + " " + row_text() + " does not match its checksum");
  }
  return true;
}

bool Query::step_over_damage(const std::function<void(const std::string&)>& visit) {
  if (!advance()) return false;
  if (!is_sound_row()) visit(row_text());
  return true;
}

void Query::run() {
  while (step()) {
  }
}

int Query::changes() {
  return sqlite3_changes(sqlite3_db_handle(&statement_));
}

int Query::type() const {
  return sqlite3_column_type(&statement_, column_);
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

std::optional<std::string> Query::optional_text() {
  if (sqlite3_column_type(&statement_, column_) != SQLITE_NULL) return text();
  ++column_;
  return {};
}

std::string_view Query::bytes() {
  const int column = column_++;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(&statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(&statement_, column))};
}

Connection::Connection(const std::string& file, Mode mode)
    : file_(file), database_(opened(file, mode)) {
  const bool writes = mode == Mode::create || mode == Mode::write;
  if (writes && sqlite3_db_readonly(handle(), "main") != 0) {
    // SQLite has fallen back to it, and the connection would refuse for as long as it lives.
    throw crm::Failure(CRM_ERR_IO,
                       file + ": can be read only; make the folder writable for this process");
  }
  if (mode == Mode::create) {
    // Before anything is written, else they are without effect. Pages of two blocks take fewer
    // calls than those of one; auto_vacuum lets pages be given back.
    execute("PRAGMA page_size=8192");
    int reserved_bytes = page_checksum_bytes;
    sqlite3_file_control(handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes);
    execute("PRAGMA auto_vacuum=INCREMENTAL");
  }
  if (writes) {
    // FULL: a commit is durable when it returns, also through a power cut.
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    // Overwrites what is erased in pages that stay in use; SqliteWriter::pseudonymize does the
    // rest.
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
  roll_back_ = prepare("ROLLBACK");
}

Connection::~Connection() = default;

void Connection::count_rows() {
  if (!row_counter_) row_counter_ = std::make_unique<RowCounter>(*this);
}

void Connection::commit() {
  if (row_counter_) row_counter_->save();
  execute("COMMIT");
}

Prepared Connection::prepare(const std::string& sql) {
  return prepare_on(handle(), sql.c_str(), file_);
}

Query Connection::query(const char* sql) {
  Prepared& statement = statements_[sql];
  if (!statement) statement = prepare(sql);
  return Query(*statement, file_);
}

Query Connection::rows(const Table& table, const char* rest) {
  Prepared& statement = row_statements_[{&table, rest}];
  if (!statement) statement = prepare(select_text(table) + " " + rest);
  return Query(*statement, file_, &table, Query::Use::reads_rows);
}

Query Connection::verified(const Table& table, const char* sql) {
  Prepared& statement = statements_[sql];
  if (!statement) statement = prepare(sql);
  return Query(*statement, file_, &table, Query::Use::reads_rows);
}

Query Connection::writes(const Table& table, const char* sql) {
  Prepared& statement = statements_[sql];
  if (!statement) statement = prepare(sql);
  return Query(*statement, file_, &table, Query::Use::writes_rows);
}

std::string Connection::text_of(const Table& table, Statement statement) {
  switch (statement) {
    case Statement::find:
      return select_text(table) + where_text(table, table.key_columns);
    case Statement::put:
      return "INSERT OR REPLACE" + into_text(table);
    case Statement::change:
      return update_text(table);
    case Statement::add:
      return "INSERT" + into_text(table);
    case Statement::add_new:
      return "INSERT OR IGNORE" + into_text(table);
    case Statement::remove:
      return "DELETE FROM " + std::string(table.name) + where_text(table, table.key_columns);
  }
  return {};
}

Query Connection::statement_of(const Table& table, Statement statement) {
  Prepared& prepared = table_statements_[&table][static_cast<std::size_t>(statement)];
  if (!prepared) prepared = prepare(text_of(table, statement));
  const Query::Use use = statement == Statement::find     ? Query::Use::reads_rows
                         : statement == Statement::remove ? Query::Use::other
                                                          : Query::Use::writes_rows;
  return Query(*prepared, file_, &table, use);
}

void Connection::execute(const std::string& sql) {
  translated(file_, handle(), [&] { database_.exec(sql); });
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
  translated(file_, handle(), [&] {
    database_.createFunction(name, parameters, true, context, function, nullptr, nullptr, nullptr);
  });
}

std::int64_t Connection::pragma(const std::string& name) {
  return translated(file_, handle(),
                    [&] { return database_.execAndGet("PRAGMA " + name).getInt64(); });
}

void Connection::hold_writers() {
  sqlite3_busy_handler(database_.getHandle(), wait_eagerly, nullptr);
  execute("BEGIN IMMEDIATE");
}

bool Connection::try_truncate_log(std::chrono::milliseconds wait) {
  const ShortWait short_wait(database_.getHandle(), wait);
  return pragma("wal_checkpoint(TRUNCATE)") == 0;
}

void Connection::leave_log() noexcept {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::size_t Connection::page_bytes() const {
  int bytes = 0;
  int highest = 0;
  sqlite3_db_status(database_.getHandle(), SQLITE_DBSTATUS_CACHE_USED, &bytes, &highest, 0);
  return static_cast<std::size_t>(bytes);
}

void Connection::give_back_pages() {
  sqlite3_db_release_memory(database_.getHandle());
}

bool Connection::has_page_checksums() {
  int reserved_bytes = -1;  // asks, and changes nothing
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes);
  return reserved_bytes == page_checksum_bytes;
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
