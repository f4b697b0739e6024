#include "ingest/apply/list_work.h"

namespace message_history {

namespace {

std::int64_t net_of(const MoneyByCurrency& money, const std::string& currency) {
  const auto found = money.find(currency);
  return found == money.end() ? 0 : found->second.net_minor();
}

}  // namespace

void ListWork::move(const MessageRow* before, const MessageRow& now, const MoneyByCurrency& sold) {
  const ListGroup group = group_of(now);
  const bool is_moved = before == nullptr || group_of(*before) != group;
  const std::int64_t net_change_minor = net_of(sold, currency_);
  // A message without credited orders has no money.
  MoneyByCurrency had;
  if (before != nullptr && before->counts.orders != 0 && (is_moved || net_change_minor != 0)) {
    had = store_.money(now.number);
  }
  const std::int64_t net_before_minor = net_of(had, currency_);
  move_places(before, now, net_before_minor, net_before_minor + net_change_minor);

  if (before != nullptr) changes_.counts[group_of(*before)] += -counts_of(*before);
  changes_.counts[group] += counts_of(now);
  if (is_moved) {
    if (before != nullptr) add(group_of(*before), had, -1);
    add(group, had, +1);
  }
  add(group, sold, +1);
  if (before == nullptr || before->report.facts.name != now.report.facts.name) {
    changes_.words.push_back({now.number, now.report.facts.name, now.message_id});
  }
}

void ListWork::move_places(const MessageRow* before, const MessageRow& now,
                           std::int64_t net_before_minor, std::int64_t net_minor) {
  const bool was_listed = before != nullptr;
  for (std::size_t i = 0; i < message_sorts; ++i) {
    const auto sort = static_cast<MessageSort>(i);
    ListPlace left;
    if (was_listed) left = {sort, group_of(*before), key_of(*before, sort, net_before_minor)};
    ListPlace taken{sort, group_of(now), key_of(now, sort, net_minor)};
    if (was_listed && left == taken) continue;
    if (was_listed) changes_.left.push_back(std::move(left));
    changes_.taken.push_back(std::move(taken));
  }
}

void ListWork::add(const ListGroup& group, const MoneyByCurrency& money, int sign) {
  for (const auto& [currency, one] : money) {
    ShopMoney& sum = changes_.money[{group, currency}];
    sum.orders += sign * one.orders;
    sum.gross_minor += sign * one.gross_minor;
    sum.refunded_minor += sign * one.refunded_minor;
  }
}

}  // namespace message_history
