// The typed cells of tables, tiles and time lines: money, times, statuses, reasons, members, links.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/reason.h"
#include "history/document/document.h"
#include "history/request/view_context.h"
#include "history/strings/terms.h"

namespace message_history {

Json money_cell(std::int64_t amount_minor, std::string_view currency);
// One amount a currency, never added up; nothing at all is 0 of the tenant's currency.
Json money_cell(const ViewContext& context, const std::map<std::string, std::int64_t>& amounts);

// Ratios of fewer cases than this say nothing.
inline constexpr std::int64_t ratio_cases_min = 20;

struct Ratio {
  std::int64_t part = 0;
  std::int64_t whole = 0;
};
// A cell of type percent: the ratio, "too few" in words, or null without a whole.
Json ratio_cell(const ViewContext& context, const Ratio& ratio, std::int64_t cases);

struct MoneyCells {
  Json gross;
  Json refunded;
  Json net;
};
MoneyCells money_cells(const ViewContext& context, const MoneyByCurrency& money);

Json time_cell(ViewContext& context, std::int64_t at_us);
Json time_cell(ViewContext& context, const std::optional<std::int64_t>& at_us);

Json status_cell(const ViewContext& context, const Term& term);

// What a provider said: the normalized reason with its advice, and the raw code.
struct ProviderCode {
  Channel channel = Channel::other;
  std::string_view provider;
  std::string_view code;
};
Reason reason_of(const ProviderCode& code);
std::string raw_code(const ProviderCode& code);
Json reason_cell(const ViewContext& context, const ProviderCode& code);

// How a member is shown to this actor: never the id itself without member.read, never for an erased
// one.
std::string member_text(ViewContext& context, MemberNo member);
// What of the id this actor may see, without the sign that there is more; empty when nothing.
std::string visible_member_id(ViewContext& context, MemberNo member);
// Opens the member's view, by id where the actor may see it, else by reference; nobody in
// particular opens nothing.
Json member_cell(ViewContext& context, MemberNo member);

enum class OpenAs : std::uint8_t { page, dialog };
using OpenParams = std::initializer_list<std::pair<std::string_view, std::string_view>>;
Json open_view(std::string_view view, OpenParams params, OpenAs as = OpenAs::page);
Json link_cell(std::string_view label, Json open);
// The message as a link to its view; its name alone while the store does not know it.
Json message_link(ViewContext& context, MessageNo message);

}  // namespace message_history
