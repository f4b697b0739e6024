#include "history/message_period.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace message_history {

namespace {

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

bool contains(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, [](char a, char b) { return lower(a) == lower(b); })
              .empty() ||
         part.empty();
}

bool selects(const MessageFilter& filter, const MessageRow& message) {
  const MessageFacts& facts = message.report.facts;
  if (facts.kind != filter.kind) return false;
  if (filter.channel && facts.channel != *filter.channel) return false;
  return contains(facts.name, filter.text) || contains(message.message_id, filter.text);
}

MessageKey key_of(const MessagePeriodRow& row, MessageSort sort, const std::string& currency) {
  const MessageRow& message = row.message;
  const MessageNo number = message.number;
  switch (sort) {
    case MessageSort::activity:
      return {message.activity_at_us, {}, number};
    case MessageSort::sent:
      return {message.sent_at_us.value_or(message.report.scheduled_at_us.value), {}, number};
    case MessageSort::name:
      return {0, message.report.facts.name, number};
    case MessageSort::recipients:
      return {row.figures.recipients, {}, number};
    case MessageSort::success:
      return {row.figures.success, {}, number};
    case MessageSort::failed:
      return {row.figures.failed, {}, number};
    case MessageSort::clicks:
      return {row.figures.clicks, {}, number};
    case MessageSort::orders:
      return {row.figures.orders, {}, number};
    case MessageSort::net:
      break;
  }
  const auto money = row.figures.money.find(currency);
  return {money == row.figures.money.end() ? 0 : money->second.net_minor(), {}, number};
}

}  // namespace

crm::Result<std::vector<MessagePeriodRow>> message_period(ViewContext& context,
                                                          const MessageFilter& filter,
                                                          const Period& period) {
  const auto found = context.snapshot.period(filter.kind, period.first_day, period.last_day);
  if (found.size() > period_messages_max) {
    return crm::Error{CRM_ERR_INVALID,
                      fmt::format("more than {} messages have activity between from and to; choose "
                                  "fewer days",
                                  period_messages_max)};
  }
  std::vector<MessagePeriodRow> rows;
  rows.reserve(found.size());
  for (const PeriodRow& row : found) {
    auto message = context.snapshot.message(row.message);
    if (!message || !selects(filter, *message)) continue;
    rows.push_back({*std::move(message), figures_of(row), {}});
  }
  return rows;
}

std::vector<MessagePeriodRow> page_of_period(const ViewContext& context,
                                             std::vector<MessagePeriodRow> rows,
                                             const MessagePage& page) {
  const auto comes_before = [&page](const MessageKey& a, const MessageKey& b) {
    const auto rank = [](const MessageKey& key) {
      return std::tie(key.number_value, key.text_value, key.number);
    };
    return page.descending ? rank(b) < rank(a) : rank(a) < rank(b);
  };
  for (MessagePeriodRow& row : rows) row.key = key_of(row, page.sort, context.tenant.currency);
  if (page.after) {
    std::erase_if(rows, [&](const auto& row) { return !comes_before(*page.after, row.key); });
  }
  const auto shown = std::min(rows.size(), static_cast<std::size_t>(page.limit));
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(shown);
  std::ranges::partial_sort(
      rows, middle, [&](const auto& a, const auto& b) { return comes_before(a.key, b.key); });
  rows.erase(middle, rows.end());
  return rows;
}

}  // namespace message_history
