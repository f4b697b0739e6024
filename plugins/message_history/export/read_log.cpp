#include "export/read_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "export/sha256.h"

namespace message_history {

namespace {

constexpr std::size_t digest_bytes = 8;
// Of memory; beyond it everything is forgotten, so that some readings are recorded again.
constexpr std::size_t remembered_members_max = 200'000;

std::string key_of(const Reading& reading) {
  std::string key;
  for (const std::string* part :
       {&reading.tenant, &reading.actor, &reading.view, &reading.message_id}) {
    key += std::to_string(part->size()) + ':' + *part;
  }
  return key;
}

std::string joined(const std::vector<std::string>& texts, std::size_t begin, std::size_t end) {
  std::string all;
  for (std::size_t i = begin; i < end; ++i) all += (all.empty() ? "" : " ") + texts[i];
  return all;
}

}  // namespace

std::string member_digest(const Sha256& tenant_key, std::string_view member_id) {
  const Sha256 digest =
      hmac_sha256(bytes_of(tenant_key), "member of a reading/1\n" + std::string(member_id));
  return hex(bytes_of(digest).substr(0, digest_bytes));
}

void ReadLog::record(const Reading& reading, const Sha256& tenant_key, std::int64_t now_us,
                     const AuditAppender& append_audit, Clock::time_point now) {
  std::set<std::string> members;
  for (const std::string& id : reading.member_ids) members.insert(member_digest(tenant_key, id));
  const std::string key = key_of(reading);
  const std::vector<std::string> shown = not_on_record(key, std::move(members), now);
  for (std::size_t begin = 0; begin < shown.size(); begin += members_of_reading_row_max) {
    const std::size_t end = std::min(shown.size(), begin + members_of_reading_row_max);
    AuditRow row;
    row.at_us = now_us;
    row.event = audit_event_name(AuditEvent::read);
    row.actor = reading.actor;
    row.message_id = reading.message_id;
    row.columns = reading.view;
    row.masked = false;
    row.rows = static_cast<std::int64_t>(end - begin);
    row.detail = joined(shown, begin, end);
    append_audit(row);
  }
  remember(key, shown, now);
}

std::vector<std::string> ReadLog::not_on_record(const std::string& key,
                                                std::set<std::string> members,
                                                Clock::time_point now) {
  const crm::Lock lock(mutex_);
  const auto known = seen_.find(key);
  if (known != seen_.end() && now - known->second.since < reading_lasts) {
    for (const std::string& member : known->second.members) members.erase(member);
  }
  return {members.begin(), members.end()};
}

void ReadLog::remember(const std::string& key, const std::vector<std::string>& members,
                       Clock::time_point now) {
  if (members.empty()) return;
  const crm::Lock lock(mutex_);
  for (auto entry = seen_.begin(); entry != seen_.end();) {
    const Seen& seen = entry->second;
    const bool is_over = now - seen.since >= reading_lasts;
    if (is_over) members_ -= seen.members.size();
    entry = is_over ? seen_.erase(entry) : std::next(entry);
  }
  if (members_ > remembered_members_max) {
    seen_.clear();
    members_ = 0;
  }
  Seen& seen = seen_.try_emplace(key, Seen{now, {}}).first->second;
  for (const std::string& member : members) members_ += seen.members.insert(member).second ? 1 : 0;
}

}  // namespace message_history
