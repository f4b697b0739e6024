#include "history/request/parameters.h"

#include <crm/ext/events.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "attribution/rule.h"
#include "history/strings/messages_text.h"
#include "history/strings/recipients_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"
#include "history/strings/terms.h"

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

// The text, cut between two characters where it is long.
std::string shortened(std::string_view text) {
  if (text.size() <= quoted_bytes_max) return std::string(text);
  std::size_t end = quoted_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

// Takes the parameter away and returns what it said.
std::string leave_out(ViewContext& context, const char* key) {
  const auto found = context.params.find(key);
  std::string said = shortened(found->second);
  context.params.erase(found);
  return said;
}

// One of `values` by its key; empty when the parameter is missing or left out.
template <class Value, class Values, class KeyOf>
std::optional<Value> choice_param(ViewContext& context, const char* key, const Localized& label,
                                  const Values& values, KeyOf key_of) {
  const std::string_view text = text_param(context, key);
  if (text.empty()) return {};
  for (const Value value : values) {
    if (key_of(value) == text) return value;
  }
  const std::string said = leave_out(context, key);
  context.left_out.push_back(sentence(context, texts::left_out_choice, context.text(label), said));
  return {};
}

std::optional<std::int32_t> day_param(ViewContext& context, const char* key,
                                      const Localized& label) {
  const std::string_view text = text_param(context, key);
  if (text.empty()) return {};
  const auto day = parse_date(text);
  if (day && *day >= 0 && *day <= day_max) return *day;
  const std::string said = leave_out(context, key);
  context.left_out.push_back(sentence(context, texts::left_out_day, context.text(label), said));
  return {};
}

}  // namespace

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", shortened(text));
}

crm::Error not_found(const ViewContext& context, const Localized& thing, std::string_view id) {
  return {CRM_ERR_NOT_FOUND,
          sentence(context, texts::no_such_thing, context.text(thing), in_quotes(id))};
}

void take_names(ViewContext& context, std::span<const std::string_view> allowed) {
  for (auto next = context.params.begin(); next != context.params.end();) {
    if (std::ranges::find(allowed, next->first) != allowed.end()) {
      ++next;
      continue;
    }
    context.left_out.push_back(sentence(context, texts::left_out_name, shortened(next->first)));
    next = context.params.erase(next);
  }
}

std::string_view text_param(const ViewContext& context, const char* key) {
  const auto found = context.params.find(key);
  return found == context.params.end() ? std::string_view{} : std::string_view{found->second};
}

crm::Result<std::string> required_param(const ViewContext& context, const char* key) {
  const std::string_view text = text_param(context, key);
  if (text.empty()) {
    return crm::Error{CRM_ERR_INVALID, sentence(context, texts::missing_param, key)};
  }
  return std::string(text);
}

std::optional<Channel> channel_param(ViewContext& context) {
  return choice_param<Channel>(context, "channel", texts::channel, all_channels, channel_key);
}

std::optional<MessageResult> state_param(ViewContext& context) {
  return choice_param<MessageResult>(context, "state", texts::result, manual_results, result_key);
}

std::optional<Outcome> outcome_param(ViewContext& context) {
  return choice_param<Outcome>(context, "outcome", texts::outcome, shown_outcomes, outcome_key);
}

std::optional<Reason> reason_param(ViewContext& context) {
  return choice_param<Reason>(context, "reason", texts::recipient_reason, all_reasons, reason_key);
}

std::optional<std::int64_t> hours_param(ViewContext& context, const char* key,
                                        const Localized& label, std::int64_t hours_max) {
  const std::string_view text = text_param(context, key);
  if (text.empty()) return {};
  std::int64_t hours = -1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, hours);
  if (parsed.ec == std::errc{} && parsed.ptr == end && hours >= 0 && hours <= hours_max) {
    return hours;
  }
  const std::string said = leave_out(context, key);
  context.left_out.push_back(
      sentence(context, texts::left_out_hours, context.text(label), said, hours_max));
  return {};
}

Period period_param(ViewContext& context) {
  const auto from = day_param(context, "from", texts::from);
  const auto to = day_param(context, "to", texts::to);
  if (from && to && *from > *to) {
    context.params.erase("from");
    context.params.erase("to");
    context.left_out.push_back(
        sentence(context, texts::left_out_period, date_text(*from), date_text(*to)));
    return {false, 0, day_max, false, false};
  }
  const bool is_given = from || to;
  return {is_given, from.value_or(0), to.value_or(day_max), from.has_value(), to.has_value()};
}

Sorting sort_param(ViewContext& context, const Sorting& otherwise) {
  const std::string_view text = text_param(context, "sort");
  if (text.empty()) return otherwise;
  const bool descending = text.front() == '-';
  const std::string_view key = descending ? text.substr(1) : text;
  for (const auto& [sort, name] : sort_keys) {
    if (name == key) return {sort, descending};
  }
  const std::string said = leave_out(context, "sort");
  context.left_out.push_back(sentence(context, texts::left_out_sort, said));
  return otherwise;
}

std::string sort_text(const Sorting& sorting) {
  for (const auto& [sort, name] : sort_keys) {
    if (sort == sorting.sort) return (sorting.descending ? "-" : "") + std::string(name);
  }
  return {};
}

}  // namespace message_history
