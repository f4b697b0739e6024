#include "export/audit/refusal_limit.h"

#include <utility>

namespace message_history {

namespace {

// Bounds memory: the refusals of more actors than that are counted together, without a name.
constexpr std::size_t actors_max = 1'024;

}  // namespace

bool RefusalLimit::admits(std::string_view tenant, std::string_view actor, Clock::time_point now) {
  const crm::Lock lock(mutex_);
  std::erase_if(refusals_, [now](const auto& entry) {
    return entry.second.counted == 0 && now - entry.second.since >= refusals_counted_for;
  });
  Key key{tenant, actor};
  if (refusals_.size() >= actors_max && !refusals_.contains(key)) key.second.clear();
  Refusals& refusals = refusals_.try_emplace(std::move(key), Refusals{now}).first->second;
  if (now - refusals.since >= refusals_counted_for) {
    refusals.since = now;
    refusals.admitted = 0;
  }
  if (refusals.admitted < refusal_rows_max) {
    ++refusals.admitted;
    return true;
  }
  ++refusals.counted;
  return false;
}

void RefusalLimit::add_rows(std::string_view tenant, std::int64_t now_us,
                            const AuditAppender& append_audit) {
  std::map<Key, std::int64_t> counted = take_counted(tenant);
  try {
    while (!counted.empty()) {
      const auto& [key, count] = *counted.begin();
      AuditRow row;
      row.at_us = now_us;
      row.event = audit_event_name(AuditEvent::refused);
      row.actor = key.second;
      row.detail = std::to_string(count) + " more requests were refused, which have no rows";
      append_audit(row);
      counted.erase(counted.begin());
    }
  } catch (...) {
    const crm::Lock lock(mutex_);
    for (const auto& [key, count] : counted) refusals_[key].counted += count;
    throw;
  }
}

std::map<RefusalLimit::Key, std::int64_t> RefusalLimit::take_counted(std::string_view tenant) {
  const crm::Lock lock(mutex_);
  std::map<Key, std::int64_t> counted;
  for (auto& [key, refusals] : refusals_) {
    if (key.first == tenant && refusals.counted > 0) {
      counted[key] = std::exchange(refusals.counted, 0);
    }
  }
  return counted;
}

std::vector<std::string> RefusalLimit::tenants() {
  const crm::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, refusals] : refusals_) {
    if (refusals.counted > 0 && (names.empty() || names.back() != key.first)) {
      names.push_back(key.first);
    }
  }
  return names;
}

}  // namespace message_history
