// How many refused requests of one actor get an audit row of their own. The chain is kept for good
// and anybody who may sign in can be refused: the others are counted, and one row tells of them.
//
// Any thread.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/audit/audit.h"

namespace message_history {

inline constexpr std::int64_t refusal_rows_max = 10;  // of one actor, within this time:
inline constexpr std::chrono::minutes refusals_counted_for{10};

class RefusalLimit {
 public:
  using Clock = std::chrono::steady_clock;

  // True when this refusal is to get a row; else it is counted.
  bool admits(std::string_view tenant, std::string_view actor,
              Clock::time_point now = Clock::now());

  // Adds a row for each of the tenant's actors of whom refusals were counted. Throws what storing
  // throws; what has no row then, is still counted.
  void add_rows(std::string_view tenant, std::int64_t now_us, const AuditAppender& append_audit);

  // Returns the tenants of whose actors refusals are counted.
  std::vector<std::string> tenants();

 private:
  struct Refusals {
    Clock::time_point since;
    std::int64_t admitted = 0;
    std::int64_t counted = 0;
  };
  using Key = std::pair<std::string, std::string>;  // tenant, actor

  std::map<Key, std::int64_t> take_counted(std::string_view tenant);

  crm::Mutex mutex_;
  std::map<Key, Refusals> refusals_ CRM_GUARDED_BY(mutex_);
};

}  // namespace message_history
