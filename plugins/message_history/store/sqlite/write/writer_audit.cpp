// Adding to the audit chain.
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

namespace {

constexpr std::string_view granted = "granted";
constexpr std::string_view aborted = "aborted";

bool is_used(Connection& db, const AuditRow& row) {
  Query seen = db.rows(tables::audit, "WHERE iss = ? AND jti = ? AND event = 'granted'");
  return seen.bind(row.iss).bind(row.jti).step();
}

// The end of the chain. Normally both tell the same; where rows were cut off, the note still tells
// where the chain ended, and going on from there keeps the gap in sight.
AuditHead end_of_chain(Connection& db) {
  const AuditHead noted = read_audit_head(db);
  Query query = db.rows(tables::audit, "ORDER BY audit_no DESC LIMIT 1");
  if (!query.step()) return noted;
  const AuditRow last = read_audit(query);
  return last.number <= noted.number ? noted : AuditHead{last.number, last.sha256};
}

void insert(Connection& db, const AuditRow& row) {
  Query query = db.add(tables::audit);
  query.bind(row.number).bind(row.at_us);
  for (const std::string* text : {&row.event, &row.export_id, &row.actor, &row.origin, &row.reason,
                                  &row.message_id, &row.dialect, &row.columns}) {
    query.bind(*text);
  }
  query.bind(row.masked ? 1 : 0).bind(row.rows);
  for (const std::string* text : {&row.csv_sha256, &row.detail, &row.iss, &row.jti}) {
    query.bind(*text);
  }
  query.bind_blob(bytes_of(row.previous_sha256)).bind_blob(bytes_of(row.sha256)).run();
}

// Whether it had not ended before.
bool end_running(Connection& db, const AuditRow& row) {
  Query query = db.remove(tables::running_export);
  query.bind(row.export_id).run();
  return query.changes() > 0;
}

}  // namespace

bool SqliteWriter::append_audit(AuditRow& row, const std::function<Sha256(const AuditRow&)>& seal) {
  if (row.event == granted && is_used(db_, row)) return false;
  if (row.event != granted && !end_running(db_, row) && row.event == aborted) return false;
  const AuditHead end = end_of_chain(db_);
  row.number = end.number + 1;
  row.previous_sha256 = end.sha256;
  row.sha256 = seal(row);
  insert(db_, row);
  if (row.event == granted) {
    db_.add(tables::running_export).bind(row.export_id).bind(row.number).run();
  }
  db_.put(tables::audit_head)
      .bind(std::int64_t{1})
      .bind(row.number)
      .bind_blob(bytes_of(row.sha256))
      .run();
  return true;
}

}  // namespace message_history::sqlite
