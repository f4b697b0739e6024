#include "ingest/apply/message_work.h"

#include <algorithm>
#include <vector>

namespace message_history {

namespace {

// The message's count of members that goes with a member's counter.
std::int64_t& members_with(MessageCounts& counts, std::int64_t MemberCounts::*counter) {
  if (counter == &MemberCounts::clicks) return counts.clickers;
  if (counter == &MemberCounts::opens) return counts.openers;
  if (counter == &MemberCounts::coupons) return counts.redeemers;
  return counts.buyers;
}

}  // namespace

MessageRow& MessageWork::adopt(MessageRow row) {
  const MessageNo number = row.number;
  numbers_.emplace(row.message_id, number);
  return rows_.emplace(number, MessageEntry{row, row}).first->second.now;
}

std::optional<MessageNo> MessageWork::find(std::string_view message_id) {
  const auto known = numbers_.find(std::string(message_id));
  if (known != numbers_.end()) return known->second;
  auto row = store_.message(message_id);
  if (!row) return {};
  return adopt(*std::move(row)).number;
}

MessageRow& MessageWork::of(std::string_view message_id) {
  // Events of one message mostly come in a row.
  if (last_ == nullptr || last_->message_id != message_id) last_ = &load(message_id);
  return *last_;
}

MessageRow& MessageWork::load(std::string_view message_id) {
  if (const auto number = find(message_id)) return of(*number);
  MessageRow row;
  row.number = store_.add_message(message_id);
  added_.insert(row.number);
  row.message_id = message_id;
  numbers_.emplace(message_id, row.number);
  return rows_.emplace(row.number, MessageEntry{{}, std::move(row)}).first->second.now;
}

MessageRow& MessageWork::of(MessageNo number) {
  if (last_ != nullptr && last_->number == number) return *last_;
  const auto known = rows_.find(number);
  last_ = known != rows_.end() ? &known->second.now : &adopt(store_.message(number));
  return *last_;
}

// What is counted mostly comes in the order of messages too.
MessageMoney& MessageWork::money(MessageNo message, const std::string& currency) {
  if (last_money_ == nullptr || std::get<0>(last_money_->first) != message ||
      std::get<1>(last_money_->first) != currency) {
    last_money_ = &*money_.try_emplace({message, currency}).first;
  }
  return last_money_->second;
}

DayCounts& MessageWork::day(MessageNo message, std::int32_t day) {
  const std::tuple key{message, day};
  if (last_day_ == nullptr || last_day_->first != key) {
    last_day_ = &*days_.try_emplace(key).first;
  }
  return last_day_->second;
}

void MessageWork::touch_activity(MessageRow& row, std::int64_t at_us) {
  row.activity_at_us = std::max(row.activity_at_us, at_us);
}

MessageWork::MemberEntry& MessageWork::member_entry(MessageNo message, MemberNo member) {
  auto [entry, is_new] = members_.try_emplace({message, member});
  if (is_new) entry->second.before = entry->second.now = store_.member_counts(message, member);
  return entry->second;
}

void MessageWork::add_member(MessageNo message, MemberNo member,
                             std::int64_t MemberCounts::*counter, std::int64_t change) {
  std::int64_t& value = member_entry(message, member).now.*counter;
  const bool had = value > 0;
  value += change;
  const bool has = value > 0;
  if (had != has) members_with(of(message).counts, counter) += has ? 1 : -1;
}

// What the batch changed of the message's credited orders.
MoneyByCurrency MessageWork::sold(MessageNo message) const {
  MoneyByCurrency sold;
  for (auto entry = money_.lower_bound({message, {}});
       entry != money_.end() && std::get<0>(entry->first) == message; ++entry) {
    MessageMoney change = entry->second;
    change.cost_minor = 0;
    if (change != MessageMoney{}) sold.emplace(std::get<1>(entry->first), change);
  }
  return sold;
}

bool MessageWork::is_automatic(MessageNo message) {
  return of(message).report.facts.kind == MessageKind::automatic;
}

void MessageWork::flush_messages() {
  for (const auto& [key, change] : money_) of(std::get<0>(key));
  std::vector<MessageEntry*> entries;  // in the order of the table: neighbouring rows share pages
  entries.reserve(rows_.size());
  for (auto& [number, entry] : rows_) entries.push_back(&entry);
  std::ranges::sort(entries, {}, [](const MessageEntry* entry) { return entry->now.number; });
  for (MessageEntry* entry : entries) {
    MessageRow& now = entry->now;
    now.listed_day = zone_.day_of(listed_at_us(now));
    const MessageRow* const before = entry->before ? &*entry->before : nullptr;
    const bool is_same = before != nullptr && *before == now;
    const MoneyByCurrency sold = this->sold(now.number);
    if (is_same && sold.empty()) continue;
    lists_.move(before, now, sold);
    if (!is_same) store_.put_message(now);
  }
  lists_.flush();
}

void MessageWork::flush_days() {
  for (const auto& [key, change] : days_) {
    if (change == DayCounts{}) continue;
    const auto& [message, day] = key;
    store_.add_day(message, day, change);
    if (is_automatic(message)) store_.add_period_day(message, day, change);
  }
  for (const auto& [key, change] : clicked_again_) {
    if (change == 0) continue;
    const auto& [message, days] = key;
    store_.add_clicked_again(message, days, change);
    if (is_automatic(message)) store_.add_period_clicked_again(message, days, change);
  }
  for (const auto& [key, change] : revenue_) {
    if (change == ShopMoney{}) continue;
    const auto& [message, day, currency] = key;
    store_.add_revenue_day(message, day, currency, change);
    if (is_automatic(message)) store_.add_period_money(message, day, currency, change);
  }
}

void MessageWork::flush() {
  flush_messages();
  // Before the days of this batch are added, which go by what each message is now.
  for (const auto& [number, entry] : rows_) {
    const bool was_automatic =
        entry.before && entry.before->report.facts.kind == MessageKind::automatic;
    if (was_automatic == is_automatic(number)) continue;
    if (was_automatic) {
      store_.leave_periods(number);
    } else if (entry.before) {
      store_.join_periods(number);
    }
  }
  flush_days();
  for (const auto& [key, change] : money_) {
    if (change != MessageMoney{}) store_.add_money(std::get<0>(key), std::get<1>(key), change);
  }
  for (const auto& [key, change] : failures_) {
    if (change == FailureCounts{}) continue;
    store_.add_failure(std::get<0>(key), std::get<1>(key), std::get<2>(key), change);
  }
  for (const auto& [currency, change] : shop_) {
    if (change != ShopMoney{}) store_.add_shop(currency, change);
  }
  for (const auto& [key, change] : shop_days_) {
    if (change != ShopMoney{}) store_.add_shop_day(key.first, key.second, change);
  }
  for (const auto& [key, change] : bought_by_) {
    if (change != 0) store_.add_bought_by(key.first, key.second, change);
  }
  for (const auto& [key, entry] : members_) {
    if (entry.now == entry.before) continue;
    store_.put_member_counts(std::get<0>(key), std::get<1>(key), entry.now);
  }
}

}  // namespace message_history
