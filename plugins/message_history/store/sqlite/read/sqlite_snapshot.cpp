#include "store/sqlite/read/sqlite_snapshot.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/expire/retention_state.h"
#include "store/sqlite/expire/scrub_state.h"
#include "store/sqlite/lists/list_filter.h"

namespace message_history::sqlite {

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

void SqliteSnapshot::expect_complete() {
  expect_all_rows(db_, tables::run);
  const std::int64_t members = count("SELECT count(*) FROM member");
  const std::int64_t counted = row_count(db_, tables::member).rows;
  if (members == counted) return;
  damaged(db_.file(),
          "table member has " + std::to_string(members) + " rows of " + std::to_string(counted));
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
  std::map<SourceNo, std::string> names;
  for (SourceRow& source : sources()) names[source.number] = std::move(source.name);
  Query query =
      db_.rows(tables::quarantine, "WHERE quarantine_no < ? ORDER BY quarantine_no DESC LIMIT ?");
  auto entries = rows_of(query.bind(before_number).bind(limit), read_quarantine);
  for (QuarantineEntry& entry : entries) entry.source = names[entry.row.source];
  return entries;
}

std::int64_t SqliteSnapshot::quarantine_count() {
  return row_count(db_, tables::quarantine).rows;
}

std::vector<std::int64_t> SqliteSnapshot::refused_seqs(std::string_view source, std::int64_t after,
                                                       std::int64_t limit) {
  std::vector<std::int64_t> seqs;
  const auto known = sources();
  const auto named = std::ranges::find(known, source, &SourceRow::name);
  if (named == known.end()) return seqs;
  Query query = db_.rows(tables::quarantine, "WHERE source_no = ? AND seq > ? ORDER BY seq");
  query.bind(named->number).bind(after);
  while (std::cmp_less(seqs.size(), limit) && query.step()) {
    const std::int64_t seq = read_quarantine(query).row.seq;
    if (seqs.empty() || seqs.back() != seq) seqs.push_back(seq);
  }
  return seqs;
}

Repeated SqliteSnapshot::repeated(SourceNo source) {
  return read_repeated(db_, source);
}

std::vector<SkippedEntry> SqliteSnapshot::skipped_by_name() {
  std::map<SourceNo, std::string> names;
  for (SourceRow& source : sources()) names[source.number] = std::move(source.name);
  Query query = db_.rows(tables::skipped, "ORDER BY source_no, name");
  RowsSeen seen(tables::skipped);
  std::vector<SkippedEntry> entries;
  while (query.step()) {
    seen.add(query);
    SkippedEntry& entry = entries.emplace_back();
    entry.row = read_skipped(query);
    entry.source = names[entry.row.source];
  }
  seen.expect_all(db_);
  return entries;
}

std::int64_t SqliteSnapshot::held_messages() {
  MessageFilter filter;
  filter.result = MessageResult::unannounced;
  std::int64_t messages = 0;
  for (const ReachedShelf& shelf : reached_shelves(db_, filter)) messages += shelf.counts.messages;
  return messages;
}

std::int64_t SqliteSnapshot::held_refunds() {
  return row_count(db_, tables::held_refund).rows;
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
  return read_retention(db_).dropped_before_us;
}

PendingScrub SqliteSnapshot::pending_scrub() {
  return read_pending_scrub(db_);
}

std::int64_t SqliteSnapshot::steps() {
  return db_.steps();
}

}  // namespace message_history::sqlite
