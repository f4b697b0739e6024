#include "export/audit/audit.h"

#include <iterator>
#include <limits>
#include <set>

#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr std::int64_t page_rows = 500;
constexpr std::string_view domain{"crm-audit-row/1\n", 16};

// Gathers fields so that different rows never give the same bytes.
class Serialisation {
 public:
  Serialisation() : bytes_(domain) {}

  Serialisation& add(std::int64_t number) {
    auto bits = static_cast<std::uint64_t>(number);
    for (int i = 0; i < 8; ++i, bits >>= 8) bytes_.push_back(static_cast<char>(bits & 0xFF));
    return *this;
  }
  Serialisation& add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    bytes_ += text;
    return *this;
  }
  Serialisation& add(const Sha256& digest) {
    bytes_ += bytes_of(digest);
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

crm::Error broken(std::int64_t number, std::string_view how) {
  return {CRM_ERR_CORRUPT, "audit row " + std::to_string(number) + " " + std::string(how) +
                               "; compare the tenant's folder with a backup"};
}

}  // namespace

std::string_view audit_event_name(AuditEvent event) {
  constexpr std::string_view names[] = {"granted", "completed", "refused", "cancelled",
                                        "failed",  "aborted",   "read",    "position"};
  return names[static_cast<std::size_t>(event)];
}

Sha256 seal(const AuditRow& row) {
  Serialisation fields;
  fields.add(row.number).add(row.at_us).add(row.event).add(row.export_id).add(row.actor);
  fields.add(row.origin).add(row.reason).add(row.message_id).add(row.dialect).add(row.columns);
  fields.add(std::int64_t{row.masked ? 1 : 0}).add(row.rows).add(row.csv_sha256).add(row.detail);
  fields.add(row.iss).add(row.jti).add(row.previous_sha256);
  return sha256(fields.bytes());
}

AuditAppender audit_appender(Store& store, FairMutex& writer) {
  return [&store, &writer](AuditRow& row) {
    const crm::Lock lock(writer);
    const auto transaction = store.begin();
    if (!transaction->append_audit(row, seal)) return false;
    transaction->commit();
    return true;
  };
}

namespace {

// Follows exports from their grant to their outcome.
class Outcomes {
 public:
  void add(const AuditRow& row) {
    if (row.event == audit_event_name(AuditEvent::granted)) {
      running_.insert(row.export_id);
    } else if (!row.export_id.empty()) {
      running_.erase(row.export_id);
    }
    if (row.event == audit_event_name(AuditEvent::aborted)) ++aborted_;
  }

  ChainHead counted(ChainHead head) const {
    head.aborted = aborted_;
    head.running = std::ssize(running_);
    return head;
  }

 private:
  std::set<std::string> running_;
  std::int64_t aborted_ = 0;
};

// Compares the end with the one that was noted when it was written.
crm::Result<ChainHead> ended(ChainHead head, const AuditHead& noted) {
  if (noted.number > head.rows) return broken(head.rows + 1, "is missing");
  if (noted.number < head.rows) return broken(noted.number + 1, "was inserted");
  if (noted.sha256 != head.sha256) return broken(head.rows, "was changed");
  return head;
}

}  // namespace

crm::Result<ChainHead> verify_chain(Snapshot& snapshot) {
  ChainHead head;
  Outcomes outcomes;
  std::int64_t after = std::numeric_limits<std::int64_t>::min();
  while (true) {
    const auto page = snapshot.audit_oldest(after, page_rows);
    for (const AuditRow& row : page) {
      if (row.number <= head.rows) return broken(row.number, "was inserted");
      if (row.number != head.rows + 1) return broken(head.rows + 1, "is missing");
      if (seal(row) != row.sha256) return broken(row.number, "was changed");
      if (row.previous_sha256 != head.sha256) {
        return broken(row.number, "does not follow the row before it");
      }
      head.rows = row.number;
      head.sha256 = row.sha256;
      outcomes.add(row);
    }
    if (page.size() < static_cast<std::size_t>(page_rows)) {
      return ended(outcomes.counted(head), snapshot.audit_head());
    }
    after = head.rows;
  }
}

std::string newest_export_sha256(Snapshot& snapshot) {
  const auto newest = snapshot.newest_completed_export();
  return newest ? newest->csv_sha256 : std::string();
}

}  // namespace message_history
