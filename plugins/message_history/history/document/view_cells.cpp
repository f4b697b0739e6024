#include "history/document/view_cells.h"

#include <fmt/format.h>

#include <algorithm>

#include "history/document/member_refs.h"
#include "history/strings/member_text.h"
#include "history/strings/messages_text.h"
#include "model/amount.h"

namespace message_history {

namespace {

constexpr std::size_t shown_characters_max = 2;

// At most the first two characters, and never more than a third of a short id.
std::string visible_part(std::string_view id) {
  const auto begins_character = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  };
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(id, begins_character));
  std::size_t left = std::min(shown_characters_max, characters / 3);
  std::size_t end = 0;
  while (end < id.size() && (!begins_character(id[end]) || left-- > 0)) ++end;
  return std::string(id.substr(0, end));
}

std::string_view member_state(ViewContext& context, MemberNo number) {
  if (!is_person(number)) return "unknown";
  const auto& member = context.member(number);
  if (!member) return "unknown";
  if (member->erased) return "erased";
  return context.reads_members() ? "shown" : "masked";
}

// The member's view, by id where the actor may see it, else by reference; null for nobody in
// particular.
Json open_member(ViewContext& context, MemberNo number) {
  const std::string_view state = member_state(context, number);
  if (state == "unknown") return nullptr;
  if (state == "shown") {
    return open_view("member", {{"member_id", context.member(number)->member}});
  }
  return open_view("member", {{"member_ref", member_ref(context.tenant.member_salt, number)}});
}

}  // namespace

Json money_cell(std::int64_t amount_minor, std::string_view currency) {
  return {{"amount_minor", amount_minor},
          {"currency", currency},
          {"minor_digits", minor_digits(currency)}};
}

Json money_cell(const ViewContext& context, const std::map<std::string, std::int64_t>& amounts) {
  if (amounts.empty()) return money_cell(0, context.tenant.currency);
  if (amounts.size() == 1) return money_cell(amounts.begin()->second, amounts.begin()->first);
  Json cells = Json::array();
  for (const auto& [currency, amount_minor] : amounts) {
    cells.push_back(money_cell(amount_minor, currency));
  }
  return cells;
}

Json ratio_cell(const ViewContext& context, const Ratio& ratio, std::int64_t cases) {
  if (ratio.whole <= 0) return nullptr;
  if (cases < ratio_cases_min) return context.text(texts::too_few);
  return static_cast<double>(ratio.part) / static_cast<double>(ratio.whole);
}

MoneyCells money_cells(const ViewContext& context, const MoneyByCurrency& money) {
  std::map<std::string, std::int64_t> gross, refunded, net;
  for (const auto& [currency, one] : money) {
    if (one.orders == 0 && one.gross_minor == 0 && one.refunded_minor == 0)
      continue;  // only a cost
    gross[currency] = one.gross_minor;
    refunded[currency] = one.refunded_minor;
    net[currency] = one.net_minor();
  }
  return {money_cell(context, gross), money_cell(context, refunded), money_cell(context, net)};
}

Json time_cell(ViewContext& context, std::int64_t at_us) {
  return context.zone.rfc3339(at_us);
}

Json time_cell(ViewContext& context, const std::optional<std::int64_t>& at_us) {
  return at_us ? time_cell(context, *at_us) : Json();
}

Json status_cell(const ViewContext& context, const Term& term) {
  return {{"value", term.key}, {"label", context.text(term.label)}, {"tone", tone_key(term.tone)}};
}

Reason reason_of(const ProviderCode& code) {
  return classify(code.provider, code.channel, code.code);
}

std::string raw_code(const ProviderCode& code) {
  if (code.code.empty()) return std::string(code.provider);
  return fmt::format("{}:{}", code.provider, code.code);
}

Json reason_cell(const ViewContext& context, const ProviderCode& code) {
  const Reason reason = reason_of(code);
  return {{"value", reason_key(reason)},
          {"label", reason_title(reason, context.locale())},
          {"advice", reason_advice(reason, context.locale())},
          {"code", raw_code(code)}};
}

std::string member_text(ViewContext& context, MemberNo number) {
  if (number == member_ambiguous) return std::string(context.text(texts::several_members));
  const auto& member = is_person(number) ? context.member(number) : std::nullopt;
  if (!member) return std::string(context.text(texts::no_member));
  if (member->erased) return std::string(context.text(texts::erased_member));
  if (!context.reads_members()) return visible_part(member->member) + "***";
  context.members_shown.insert(number);
  return member->member;
}

std::string visible_member_id(ViewContext& context, MemberNo number) {
  const auto& member = is_person(number) ? context.member(number) : std::nullopt;
  if (!member || member->erased) return {};
  return context.reads_members() ? member->member : visible_part(member->member);
}

Json member_cell(ViewContext& context, MemberNo number) {
  Json cell = {{"text", member_text(context, number)}, {"state", member_state(context, number)}};
  if (Json open = open_member(context, number); !open.is_null()) cell["open"] = std::move(open);
  return cell;
}

Json open_view(std::string_view view, OpenParams params, OpenAs as) {
  Json json = {{"view", view}, {"params", Json::object()}};
  for (const auto& [key, value] : params) json["params"][std::string(key)] = value;
  json["as"] = as == OpenAs::page ? "page" : "dialog";
  return json;
}

Json link_cell(std::string_view label, Json open) {
  return {{"label", label}, {"open", std::move(open)}};
}

Json message_link(ViewContext& context, MessageNo number) {
  const auto& message = context.message(number);
  if (!message) return nullptr;
  return link_cell(name_of(*message), open_view("message", {{"message_id", message->message_id}}));
}

}  // namespace message_history
