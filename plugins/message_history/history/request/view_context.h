// What every view works with: the request, one reading of the store, and look-ups it remembers.
//
// One thread, one call. Bounded: a view looks up what its page shows, no more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calendar/time_zone.h"
#include "catalog/locale.h"
#include "history/request/recording_state.h"
#include "history/request/sold.h"
#include "history/request/view_request.h"
#include "history/strings/sentence.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// Computes what AuditRow::sha256 must be from the rest of the row.
using AuditSeal = std::function<Sha256(const AuditRow&)>;

// What every message would have sold under another rule; reads the commit that the view reads.
using Reattribution = std::function<Sold(const Rule&)>;

struct ViewContext {
  const ViewRequest& request;
  Snapshot& snapshot;
  const TenantFacts& tenant;
  std::int64_t now_us = 0;
  // The tenant's: of the times shown as of the days counted, which cannot be counted in another.
  TimeZone zone;
  const AuditSeal& seal;  // may be empty
  const Reattribution& reattribution;
  const RecordingState& recording;

  Locale locale() const { return request.locale; }
  bool permits(std::string_view permission) const {
    return request.permissions.contains(std::string(permission));
  }
  bool reads_members() const { return permits(CRM_PERMISSION_MEMBER_READ); }
  std::string_view text(const Localized& localized) const { return localized.in(locale()); }

  // Empty for a number the store does not know.
  const std::optional<MessageRow>& message(MessageNo number);
  const std::optional<MemberRow>& member(MemberNo number);
  const Route& route(RouteNo number);
  // What to call a message: its name, its id while it has none.
  std::string message_name(MessageNo number);

  std::map<std::string, std::string> params;  // of the request, without what was left out
  std::vector<std::string> left_out;          // a sentence for each
  std::unordered_map<MessageNo, std::optional<MessageRow>> messages_seen;
  std::unordered_map<MemberNo, std::optional<MemberRow>> members_seen;
  std::unordered_map<RouteNo, Route> routes_seen;
  std::set<MemberNo> members_shown;  // by their ids
};

// A sentence in the language of the request.
template <class... Values>
std::string sentence(const ViewContext& context, const Localized& pattern,
                     const Values&... values) {
  return sentence(context.locale(), pattern, values...);
}

// What to call a message of which a row is at hand.
const std::string& name_of(const MessageRow& message);

}  // namespace message_history
