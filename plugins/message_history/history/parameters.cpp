#include "history/parameters.h"

#include <crm/ext/events.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "attribution/rule.h"
#include "history/terms.h"

namespace message_history {

namespace {

constexpr std::size_t quoted_bytes_max = 64;

constexpr std::array<std::pair<MessageSort, std::string_view>, 9> sort_keys = {{
    {MessageSort::activity, "activity"},
    {MessageSort::sent, "sent"},
    {MessageSort::name, "name"},
    {MessageSort::recipients, "recipients"},
    {MessageSort::success, "success"},
    {MessageSort::failed, "failed"},
    {MessageSort::clicks, "clicks"},
    {MessageSort::orders, "orders"},
    {MessageSort::net, "net"},
}};

// The last day an event can lie on, in any time zone.
constexpr auto day_max = static_cast<std::int32_t>(CRM_TIME_US_MAX / day_us);

crm::Error invalid(std::string detail) {
  return {CRM_ERR_INVALID, std::move(detail)};
}

template <class Keys, class KeyOf>
std::string listed(const Keys& keys, KeyOf key_of) {
  std::string text;
  for (const auto& key : keys) {
    if (!text.empty()) text += ", ";
    text += key_of(key);
  }
  return text;
}

// One of `values` by its key; empty when the parameter is missing.
template <class Value, class Values, class KeyOf>
crm::Result<std::optional<Value>> choice_param(const Params& params, const char* key,
                                               const Values& values, KeyOf key_of) {
  const std::string_view text = text_param(params, key);
  if (text.empty()) return std::optional<Value>{};
  for (const Value value : values) {
    if (key_of(value) == text) return std::optional<Value>{value};
  }
  return invalid(fmt::format("the parameter {} cannot be {}; it is one of {}", key, in_quotes(text),
                             listed(values, key_of)));
}

crm::Result<std::int32_t> day_param(const Params& params, const char* key, std::int32_t otherwise) {
  const std::string_view text = text_param(params, key);
  if (text.empty()) return otherwise;
  const auto day = parse_date(text);
  if (!day || *day < 0 || *day > day_max) {
    return invalid(
        fmt::format("the parameter {} cannot be {}; it is a date such as 2026-11-23, from 1970 to "
                    "2199",
                    key, in_quotes(text)));
  }
  return *day;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  if (text.size() <= quoted_bytes_max) return fmt::format("\"{}\"", text);
  std::size_t end = quoted_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("\"{}...\"", text.substr(0, end));
}

crm::Error not_found(std::string_view thing, std::string_view id) {
  return {CRM_ERR_NOT_FOUND,
          fmt::format("the history holds no {} {}; check its spelling", thing, in_quotes(id))};
}

std::optional<crm::Error> check_names(std::string_view view_id,
                                      std::span<const std::string_view> allowed,
                                      const Params& params) {
  for (const auto& [key, value] : params) {
    if (std::ranges::find(allowed, key) != allowed.end()) continue;
    const std::string names = listed(allowed, [](std::string_view name) { return name; });
    return invalid(fmt::format("the view {} takes no parameter {}; it takes {}", view_id,
                               in_quotes(key), names.empty() ? "none" : names));
  }
  return {};
}

std::string_view text_param(const Params& params, const char* key) {
  const auto found = params.find(key);
  return found == params.end() ? std::string_view{} : std::string_view{found->second};
}

crm::Result<std::string> required_param(const Params& params, const char* key) {
  const std::string_view text = text_param(params, key);
  if (text.empty()) return invalid(fmt::format("the parameter {} is missing; pass it", key));
  return std::string(text);
}

crm::Result<std::optional<Channel>> channel_param(const Params& params) {
  return choice_param<Channel>(params, "channel", all_channels, channel_key);
}

crm::Result<std::optional<MessageResult>> state_param(const Params& params) {
  return choice_param<MessageResult>(params, "state", manual_results, result_key);
}

crm::Result<std::optional<Outcome>> outcome_param(const Params& params) {
  return choice_param<Outcome>(params, "outcome", shown_outcomes, outcome_key);
}

crm::Result<std::optional<Reason>> reason_param(const Params& params) {
  return choice_param<Reason>(params, "reason", all_reasons, reason_key);
}

crm::Result<std::optional<std::int64_t>> hours_param(const Params& params, const char* key,
                                                     std::int64_t hours_max) {
  const std::string_view text = text_param(params, key);
  if (text.empty()) return std::optional<std::int64_t>{};
  std::int64_t hours = -1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, hours);
  if (parsed.ec != std::errc{} || parsed.ptr != end || hours < 0 || hours > hours_max) {
    return invalid(
        fmt::format("the parameter {} cannot be {}; it is a whole number of hours, 0 to {}", key,
                    in_quotes(text), hours_max));
  }
  return std::optional<std::int64_t>{hours};
}

crm::Result<Period> period_param(const Params& params) {
  const auto from = day_param(params, "from", 0);
  if (!from) return from.error();
  const auto to = day_param(params, "to", day_max);
  if (!to) return to.error();
  if (from.value() > to.value()) {
    return invalid(fmt::format("the parameter from ({}) is after to ({}); swap them",
                               date_text(from.value()), date_text(to.value())));
  }
  const bool has_from = !text_param(params, "from").empty();
  const bool has_to = !text_param(params, "to").empty();
  return Period{has_from || has_to, from.value(), to.value(), has_from, has_to};
}

crm::Result<Sorting> sort_param(const Params& params, const Sorting& otherwise) {
  const std::string_view text = text_param(params, "sort");
  if (text.empty()) return otherwise;
  const bool descending = text.front() == '-';
  const std::string_view key = descending ? text.substr(1) : text;
  for (const auto& [sort, name] : sort_keys) {
    if (name == key) return Sorting{sort, descending};
  }
  return invalid(fmt::format(
      "the parameter sort cannot be {}; it is one of {}, with - in front for "
      "the largest first",
      in_quotes(text), listed(sort_keys, [](const auto& entry) { return entry.second; })));
}

std::string sort_text(const Sorting& sorting) {
  for (const auto& [sort, name] : sort_keys) {
    if (sort == sorting.sort) return (sorting.descending ? "-" : "") + std::string(name);
  }
  return {};
}

}  // namespace message_history
