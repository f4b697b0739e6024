#include "history/pages/message_period.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace message_history {

namespace {

struct PeriodMessage {
  MessageNo number;
  MessageFigures figures;
  ListKey key;                        // its id is filled where it decides
  std::optional<MessageRow> message;  // once looked up
};

// Compares keys in the order of a page; looks up the ids of messages that are equal but for them.
class PageOrder {
 public:
  PageOrder(ViewContext& context, bool descending) : context_(context), descending_(descending) {}

  bool comes_before(const ListKey& a, const ListKey& b) {
    const ListKey& first = descending_ ? b : a;
    const ListKey& second = descending_ ? a : b;
    const auto by_value = std::tie(first.number_value, first.text_value) <=>
                          std::tie(second.number_value, second.text_value);
    return by_value == 0 ? id_of(first) < id_of(second) : by_value < 0;
  }
  const std::string& id_of(const ListKey& key) {
    if (!key.message_id.empty()) return key.message_id;
    const auto [known, is_new] = ids_.try_emplace(key.number);
    if (!is_new) return known->second;
    const auto message = context_.snapshot.message(key.number);
    if (message) known->second = message->message_id;
    return known->second;
  }

 private:
  ViewContext& context_;
  const bool descending_;
  std::unordered_map<MessageNo, std::string> ids_;
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
  if (filter.result && shown_result(message, filter.overdue) != *filter.result) return false;
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
std::vector<PeriodMessage> page_of(ViewContext& context, std::vector<PeriodMessage> candidates,
                                   const MessagePage& page) {
  PageOrder order(context, page.descending);
  const auto comes_before = [&order](const ListKey& a, const ListKey& b) {
    return order.comes_before(a, b);
  };
  if (page.after) {
    std::erase_if(candidates,
                  [&](const PeriodMessage& one) { return !comes_before(*page.after, one.key); });
  }
  const auto shown = std::min(candidates.size(), static_cast<std::size_t>(page.limit));
  const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(shown);
  std::ranges::partial_sort(candidates, middle, comes_before, &PeriodMessage::key);
  candidates.erase(middle, candidates.end());
  for (PeriodMessage& one : candidates) one.key.message_id = order.id_of(one.key);
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
    PeriodMessage candidate{row.message, figures_of(row), {0, {}, {}, row.message}, {}};
    if (is_filtered || is_of_message(page.sort)) {
      candidate.message = context.snapshot.message(row.message);
      if (!candidate.message || !selects(filter, *candidate.message)) continue;
    }
    candidate.key = is_of_message(page.sort)
                        ? key_of(*candidate.message, page.sort, 0)
                        : ListKey{figure_of(candidate.figures, page.sort, context.tenant.currency),
                                  {},
                                  {},
                                  row.message};
    ++content.messages;
    content.totals += candidate.figures;
    candidates.push_back(std::move(candidate));
  }
  for (PeriodMessage& one : page_of(context, std::move(candidates), page)) {
    if (!one.message) one.message = context.snapshot.message(one.number);
    if (!one.message) continue;
    content.rows.push_back({*std::move(one.message), std::move(one.figures), std::move(one.key)});
  }
  return content;
}

}  // namespace message_history
