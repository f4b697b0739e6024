#include "history/message_period.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace message_history {

namespace {

struct PeriodMessage {
  MessageNo number;
  MessageFigures figures;
  ListKey key;
  std::optional<MessageRow> message;  // once looked up
};

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

bool contains(std::string_view text, std::string_view part) {
  const auto are_alike = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), are_alike) != text.end() ||
         part.empty();
}

bool selects(const MessageFilter& filter, const MessageRow& message) {
  const MessageFacts& facts = message.report.facts;
  if (filter.channel && facts.channel != *filter.channel) return false;
  if (filter.result && group_of(message).result != *filter.result) return false;
  return contains(facts.name, filter.text) || contains(message.message_id, filter.text);
}

// Whether it is a property of the message itself rather than a figure of the period.
bool is_of_message(MessageSort sort) {
  return sort == MessageSort::activity || sort == MessageSort::sent || sort == MessageSort::name;
}

std::int64_t figure_of(const MessageFigures& figures, MessageSort sort,
                       const std::string& currency) {
  switch (sort) {
    case MessageSort::recipients:
      return figures.recipients;
    case MessageSort::success:
      return figures.success;
    case MessageSort::failed:
      return figures.failed;
    case MessageSort::clicks:
      return figures.clicks;
    case MessageSort::orders:
      return figures.orders;
    default:
      break;
  }
  const auto money = figures.money.find(currency);
  return money == figures.money.end() ? 0 : money->second.net_minor();
}

// At most page.limit of them in the order of the page, after its key.
std::vector<PeriodMessage> page_of(std::vector<PeriodMessage> candidates, const MessagePage& page) {
  const auto comes_before = [&page](const ListKey& a, const ListKey& b) {
    return page.descending ? b < a : a < b;
  };
  if (page.after) {
    std::erase_if(candidates,
                  [&](const PeriodMessage& one) { return !comes_before(*page.after, one.key); });
  }
  const auto shown = std::min(candidates.size(), static_cast<std::size_t>(page.limit));
  const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(shown);
  std::ranges::partial_sort(candidates, middle, comes_before, &PeriodMessage::key);
  candidates.erase(middle, candidates.end());
  return candidates;
}

}  // namespace

ListContent message_period(ViewContext& context, const MessageFilter& filter, const Period& period,
                           const MessagePage& page) {
  ListContent content;
  auto found = context.snapshot.period(filter.kind, {period.first_day, period.last_day},
                                       period_messages_max + 1);
  if (static_cast<std::int64_t>(found.size()) > period_messages_max) {
    content.is_too_long = true;
    return content;
  }
  const bool is_filtered = filter.channel || filter.result || !filter.text.empty();
  std::vector<PeriodMessage> candidates;
  candidates.reserve(found.size());
  for (const PeriodRow& row : found) {
    PeriodMessage candidate{row.message, figures_of(row), {0, {}, row.message}, {}};
    if (is_filtered || is_of_message(page.sort)) {
      candidate.message = context.snapshot.message(row.message);
      if (!candidate.message || !selects(filter, *candidate.message)) continue;
    }
    candidate.key = is_of_message(page.sort)
                        ? key_of(*candidate.message, page.sort, 0)
                        : ListKey{figure_of(candidate.figures, page.sort, context.tenant.currency),
                                  {},
                                  row.message};
    ++content.messages;
    content.totals += candidate.figures;
    candidates.push_back(std::move(candidate));
  }
  for (PeriodMessage& one : page_of(std::move(candidates), page)) {
    if (!one.message) one.message = context.snapshot.message(one.number);
    if (!one.message) continue;
    content.rows.push_back({*std::move(one.message), std::move(one.figures), std::move(one.key)});
  }
  return content;
}

}  // namespace message_history
