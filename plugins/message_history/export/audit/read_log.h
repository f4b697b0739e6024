// Readings of members by their ids, as rows of the audit chain: who saw whom, in which view.
//
// A row names members by digests made with the tenant's key: whoever has the key can tell whether a
// member was among those that were shown, and an erasure leaves nothing to take out. Any thread.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "export/audit/audit.h"
#include "store/rows.h"

namespace message_history {

// So many members a row, which is what its text has room for.
inline constexpr std::size_t members_of_reading_row_max = 56;
// A row covers whatever its actor sees again in the same view within this time.
inline constexpr std::chrono::minutes reading_lasts{10};

// A page that is about to be shown.
struct Reading {
  std::string tenant;
  std::string actor;
  std::string view;
  std::string message_id;  // empty when it is of none
  std::vector<std::string> member_ids;
};

// How a row names a member: 16 hexadecimal digits.
std::string member_digest(const Sha256& tenant_key, std::string_view member_id);

class ReadLog {
 public:
  using Clock = std::chrono::steady_clock;

  // Adds rows for those who are not on record yet; throws what storing throws, and then the page
  // must not be shown.
  void record(const Reading& reading, const Sha256& tenant_key, std::int64_t now_us,
              const AuditAppender& append_audit, Clock::time_point now = Clock::now());

 private:
  struct Seen {
    Clock::time_point since;
    std::set<std::string> members;
  };

  using Key = std::array<std::string, 4>;  // tenant, actor, view, message

  std::vector<std::string> not_on_record(const Key& key, std::set<std::string> members,
                                         Clock::time_point now);
  void remember(const Key& key, const std::vector<std::string>& members, Clock::time_point now);

  crm::Mutex mutex_;
  std::map<Key, Seen> seen_ CRM_GUARDED_BY(mutex_);
  std::size_t members_ CRM_GUARDED_BY(mutex_) = 0;  // of all of them
};

}  // namespace message_history
