// The audit chain, page by page in either direction.
#include <algorithm>

#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

std::vector<AuditRow> SqliteSnapshot::audit_newest(std::int64_t before_number, std::int64_t limit) {
  Query query = db_.rows(tables::audit, "WHERE audit_no < ? ORDER BY audit_no DESC LIMIT ?");
  return rows_of(query.bind(before_number).bind(limit), read_audit);
}

// For the verification of the chain, which tells the row that is wrong where a page's checksum
// would tell the page.
std::vector<AuditRow> SqliteSnapshot::audit_oldest(std::int64_t after_number, std::int64_t limit) {
  const UnverifiedPages unverified(db_.handle());
  Query query = db_.rows(tables::audit, "WHERE audit_no > ? ORDER BY audit_no LIMIT ?");
  return rows_of(query.bind(after_number).bind(limit), read_audit);
}

AuditHead SqliteSnapshot::audit_head() {
  const UnverifiedPages unverified(db_.handle());
  return read_audit_head(db_);
}

std::vector<AuditRow> SqliteSnapshot::running_exports() {
  std::vector<std::int64_t> numbers;
  {
    Query query = db_.rows(tables::running_export, "");
    RowsSeen seen(tables::running_export);
    for (; query.step(); seen.add(query)) {
      query.skip(1);
      numbers.push_back(query.integer());
    }
    seen.expect_all(db_);
  }
  std::ranges::sort(numbers);
  std::vector<AuditRow> rows;
  for (const std::int64_t number : numbers) {
    Query query = db_.find(tables::audit);
    if (!query.bind(number).step()) {
      damaged(db_.file(), "audit row " + std::to_string(number) + " is missing");
    }
    rows.push_back(read_audit(query));
  }
  return rows;
}

std::optional<AuditRow> SqliteSnapshot::newest_completed_export() {
  Query query = db_.rows(tables::audit, "WHERE event = 'completed' ORDER BY audit_no DESC LIMIT 1");
  return row_of(query, read_audit);
}

}  // namespace message_history::sqlite
