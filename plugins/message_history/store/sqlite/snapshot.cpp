#include "store/sqlite/snapshot.h"

#include <filesystem>
#include <system_error>

#include "store/sqlite/retention.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

QuarantineEntry read_quarantine(Query& query) {
  QuarantineEntry entry;
  entry.number = query.integer();
  entry.source = query.text();
  entry.row.source = query.number<SourceNo>();
  entry.row.seq = query.integer();
  entry.row.at_us = query.integer();
  entry.row.kind = query.text();
  entry.row.reason = query.text();
  entry.row.event = query.text();
  if (const std::string_view key = query.bytes(); !key.empty()) entry.row.member = sha256_of(key);
  return entry;
}

}  // namespace

SqliteSnapshot::SqliteSnapshot(const std::string& file, const TenantFacts& facts)
    : db_(file, Connection::Mode::read), trees_(db_, facts.member_salt), currency_(facts.currency) {
  begin();
}

SqliteSnapshot::~SqliteSnapshot() {
  end();
}

void SqliteSnapshot::begin() {
  db_.execute("BEGIN");
  db_.query("SELECT 1 FROM meta").step();  // BEGIN alone reads nothing, and so fixes nothing
}

void SqliteSnapshot::end() noexcept {
  db_.roll_back();
}

void SqliteSnapshot::renew() {
  end();
  for (SortedRuns* tree : trees_.all()) tree->forget();
  begin();
}

std::int64_t SqliteSnapshot::count(const char* sql) {
  Query query = db_.query(sql);
  query.step();
  return query.integer();
}

std::vector<SourceRow> SqliteSnapshot::sources() {
  return read_sources(db_);
}

std::vector<QuarantineEntry> SqliteSnapshot::quarantine(std::int64_t before_number,
                                                        std::int64_t limit) {
  Query query = db_.query(
      "SELECT quarantine_no, (SELECT name FROM source WHERE source.source_no = "
      "quarantine.source_no), source_no, seq, at, kind, reason, event, member_key "
      "FROM quarantine WHERE quarantine_no < ? ORDER BY quarantine_no DESC LIMIT ?");
  return rows_of(query.bind(before_number).bind(limit), read_quarantine);
}

std::int64_t SqliteSnapshot::quarantine_count() {
  // Numbers rise by one and only the oldest are dropped, so that no row need be read.
  return count(
      "SELECT coalesce((SELECT max(quarantine_no) FROM quarantine) - "
      "(SELECT min(quarantine_no) FROM quarantine) + 1, 0)");
}

std::int64_t SqliteSnapshot::held_messages() {
  return count("SELECT coalesce(sum(messages), 0) FROM shelf WHERE shelf = 0");
}

std::int64_t SqliteSnapshot::held_refunds() {
  return count("SELECT count(*) FROM held_refund");
}

StoreSize SqliteSnapshot::size() {
  const std::int64_t page_bytes = db_.pragma("page_size");
  StoreSize size;
  size.file_bytes = db_.pragma("page_count") * page_bytes;
  size.free_bytes = db_.pragma("freelist_count") * page_bytes;
  std::error_code error;  // no log: nothing to add
  const std::uintmax_t log_bytes = std::filesystem::file_size(db_.file() + "-wal", error);
  if (!error) size.file_bytes += static_cast<std::int64_t>(log_bytes);
  return size;
}

std::int64_t SqliteSnapshot::kept_from_us() {
  return read_retention(db_).kept_from_us;
}

std::int64_t SqliteSnapshot::steps() {
  return db_.steps();
}

}  // namespace message_history::sqlite
