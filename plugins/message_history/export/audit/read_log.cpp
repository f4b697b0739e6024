#include "export/audit/read_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "export/proof/sha256.h"

namespace message_history {

namespace {

constexpr std::size_t digest_bytes = 8;
// Bounds memory: beyond it everything is forgotten, so that some readings are recorded again.
constexpr std::size_t remembered_members_max = 200'000;

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
  const Key key{reading.tenant, reading.actor, reading.view, reading.message_id};
  const std::vector<std::string> shown = not_on_record(key, std::move(members), now);
  for (std::span<const std::string> left = shown; !left.empty();) {
    const auto named = left.first(std::min(left.size(), members_of_reading_row_max));
    left = left.subspan(named.size());
    AuditRow row;
    row.at_us = now_us;
    row.event = audit_event_name(AuditEvent::read);
    row.actor = reading.actor;
    row.message_id = reading.message_id;
    row.columns = reading.view;
    row.masked = false;
    row.rows = std::ssize(named);
    row.detail = fmt::format("{}", fmt::join(named, " "));
    append_audit(row);
  }
  remember(key, shown, now);
}

std::vector<std::string> ReadLog::not_on_record(const Key& key, std::set<std::string> members,
                                                Clock::time_point now) {
  const crm::Lock lock(mutex_);
  const auto known = seen_.find(key);
  if (known != seen_.end() && now - known->second.since < reading_lasts) {
    for (const std::string& member : known->second.members) members.erase(member);
  }
  return {members.begin(), members.end()};
}

void ReadLog::remember(const Key& key, const std::vector<std::string>& members,
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
