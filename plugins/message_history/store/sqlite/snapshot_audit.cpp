// The audit chain, page by page in either direction.
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

#define MH_AUDIT_COLUMNS                                                                  \
  "audit_no, at, event, export_id, actor, origin, reason, message_id, dialect, columns, " \
  "masked, rows, csv_sha256, detail, iss, jti, previous_sha256, sha256"

AuditRow read_audit(Query& query) {
  AuditRow row;
  row.number = query.integer();
  row.at_us = query.integer();
  for (std::string* value : {&row.event, &row.export_id, &row.actor, &row.origin, &row.reason,
                             &row.message_id, &row.dialect, &row.columns}) {
    *value = query.text();
  }
  row.masked = query.integer() != 0;
  row.rows = query.integer();
  for (std::string* value : {&row.csv_sha256, &row.detail, &row.iss, &row.jti}) {
    *value = query.text();
  }
  row.previous_sha256 = sha256_of(query.bytes());
  row.sha256 = sha256_of(query.bytes());
  return row;
}

}  // namespace

std::vector<AuditRow> SqliteSnapshot::audit_newest(std::int64_t before_number, std::int64_t limit) {
  Query query = db_.query("SELECT " MH_AUDIT_COLUMNS
                          " FROM audit WHERE audit_no < ? ORDER BY audit_no DESC LIMIT ?");
  return rows_of(query.bind(before_number).bind(limit), read_audit);
}

std::vector<AuditRow> SqliteSnapshot::audit_oldest(std::int64_t after_number, std::int64_t limit) {
  Query query = db_.query("SELECT " MH_AUDIT_COLUMNS
                          " FROM audit WHERE audit_no > ? ORDER BY audit_no LIMIT ?");
  return rows_of(query.bind(after_number).bind(limit), read_audit);
}

AuditHead SqliteSnapshot::audit_head() {
  return read_audit_head(db_);
}

std::vector<AuditRow> SqliteSnapshot::running_exports() {
  Query query = db_.query("SELECT " MH_AUDIT_COLUMNS
                          " FROM audit WHERE audit_no IN (SELECT audit_no FROM running_export) "
                          "ORDER BY audit_no");
  return rows_of(query, read_audit);
}

std::optional<AuditRow> SqliteSnapshot::newest_completed_export() {
  Query query = db_.query("SELECT " MH_AUDIT_COLUMNS
                          " FROM audit WHERE event = 'completed' ORDER BY audit_no DESC LIMIT 1");
  return row_of(query, read_audit);
}

}  // namespace message_history::sqlite
