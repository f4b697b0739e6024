#include "history/request/view_context.h"

namespace message_history {

const std::optional<MessageRow>& ViewContext::message(MessageNo number) {
  const auto found = messages_seen.find(number);
  if (found != messages_seen.end()) return found->second;
  return messages_seen.emplace(number, snapshot.message(number)).first->second;
}

const std::optional<MemberRow>& ViewContext::member(MemberNo number) {
  const auto found = members_seen.find(number);
  if (found != members_seen.end()) return found->second;
  return members_seen.emplace(number, snapshot.member(number)).first->second;
}

const Route& ViewContext::route(RouteNo number) {
  const auto found = routes_seen.find(number);
  if (found != routes_seen.end()) return found->second;
  return routes_seen.emplace(number, snapshot.route(number)).first->second;
}

std::string ViewContext::message_name(MessageNo number) {
  const auto& row = message(number);
  return row ? name_of(*row) : std::string("?");
}

const std::string& name_of(const MessageRow& message) {
  return message.report.facts.name.empty() ? message.message_id : message.report.facts.name;
}

}  // namespace message_history
