#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

namespace {

Query& bind_quarantine(Query& query, std::int64_t number, const QuarantineRow& row) {
  query.bind(number).bind(row.source).bind(row.seq).bind(row.at_us).bind(row.kind);
  query.bind(row.reason).bind(row.event);
  return row.member ? query.bind_blob(bytes_of(*row.member)) : query.bind_null();
}

// The bytes that count against the maximum; the rest of a row has a bound of its own.
std::int64_t text_bytes(const QuarantineRow& row) {
  return static_cast<std::int64_t>(row.kind.size() + row.reason.size() + row.event.size());
}

std::int64_t count_quarantine_bytes(Connection& db) {
  Query query = db.query(
      "SELECT coalesce(sum(length(CAST(kind AS BLOB)) + length(CAST(reason AS BLOB)) + "
      "length(CAST(event AS BLOB))), 0) FROM quarantine");
  query.step();
  return query.integer();
}

}  // namespace

void SqliteWriter::add_quarantine(const QuarantineRow& row) {
  replace_equal_quarantine(row);
  Query next = db_.query(  // never a number again, also of one that was dropped
      "SELECT max((SELECT coalesce(max(quarantine_no), 0) FROM quarantine), "
      "(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'quarantine')) + 1");
  next.step();
  const std::int64_t number = next.integer();
  if (!state_.quarantine_bytes) state_.quarantine_bytes = count_quarantine_bytes(db_);
  {
    Query query = db_.add(tables::quarantine);
    bind_quarantine(query, number, row).run();
  }
  *state_.quarantine_bytes += text_bytes(row);
  drop_quarantine_up_to(number - quarantine_events_max);
  if (*state_.quarantine_bytes > quarantine_bytes_max) drop_quarantine_bytes();
}

// An event comes again as long as the position stays before it: it has no number, or too high a
// one.
void SqliteWriter::replace_equal_quarantine(const QuarantineRow& row) {
  std::int64_t equal = 0;
  {
    Query query = db_.query(
        "SELECT quarantine_no FROM quarantine WHERE source_no = ? AND seq = ? AND reason = ? AND "
        "event = ?");
    query.bind(row.source).bind(row.seq).bind(row.reason).bind(row.event);
    if (query.step()) equal = query.integer();
  }
  if (equal == 0) return;
  overwrite_what_is_deleted();
  db_.query("DELETE FROM quarantine WHERE quarantine_no = ?").bind(equal).run();
}

void SqliteWriter::drop_quarantine_up_to(std::int64_t number) {
  if (number <= 0) return;
  overwrite_what_is_deleted();  // an erasure would not find what is left of it in free pages
  db_.query("DELETE FROM quarantine WHERE quarantine_no <= ?").bind(number).run();
}

// The oldest, and an eighth more than must go, so that it is not counted anew with every event.
// Counts anew first: the number kept so far is too high where rows were taken out or erased.
void SqliteWriter::drop_quarantine_bytes() {
  std::int64_t left = count_quarantine_bytes(db_);
  std::int64_t last = 0;
  if (left > quarantine_bytes_max) {
    Query query = db_.rows(tables::quarantine, "ORDER BY quarantine_no");
    while (left > quarantine_bytes_max / 8 * 7 && query.step()) {
      const QuarantineEntry entry = read_quarantine(query);
      left -= text_bytes(entry.row);
      last = entry.number;
    }
  }
  drop_quarantine_up_to(last);
  state_.quarantine_bytes = left;
}

void SqliteWriter::remove_quarantine(SourceNo source, std::int64_t seq) {
  overwrite_what_is_deleted();
  db_.query("DELETE FROM quarantine WHERE source_no = ? AND seq = ?").bind(source).bind(seq).run();
}

void SqliteWriter::redact_quarantine(const MemberKey& member) {
  overwrite_what_is_deleted();
  std::vector<QuarantineEntry> named;
  {
    Query query = db_.rows(tables::quarantine, "WHERE member_key = ?");
    named = rows_of(query.bind_blob(bytes_of(member)), read_quarantine);
  }
  for (QuarantineEntry& entry : named) {
    entry.row.event.clear();
    entry.row.member.reset();
    Query query = db_.change(tables::quarantine);
    bind_quarantine(query, entry.number, entry.row).run();
  }
}

}  // namespace message_history::sqlite
