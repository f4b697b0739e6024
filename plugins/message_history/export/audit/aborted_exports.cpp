#include "export/audit/aborted_exports.h"

namespace message_history {

void record_aborted(Snapshot& snapshot, const AuditAppender& append_audit,
                    const AbortedTerms& terms) {
  for (AuditRow& row : snapshot.running_exports()) {
    if (terms.is_running(row.export_id)) continue;
    row.at_us = terms.now_us;
    row.event = audit_event_name(AuditEvent::aborted);
    row.rows = 0;
    row.csv_sha256.clear();
    row.detail = "no end was recorded, as when a process is killed; what was written is no export";
    append_audit(row);  // false when the export ended since the snapshot was taken
  }
}

}  // namespace message_history
