#include "recorder/message_work.h"

#include <algorithm>

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

std::optional<MessageNo> MessageWork::find(std::string_view message_id) {
  const auto known = numbers_.find(std::string(message_id));
  if (known != numbers_.end()) return known->second;
  auto row = store_.message(message_id);
  if (!row) return {};
  const MessageNo number = row->number;
  numbers_.emplace(message_id, number);
  rows_.emplace(number, std::move(*row));
  return number;
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
  return rows_.emplace(row.number, std::move(row)).first->second;
}

MessageRow& MessageWork::of(MessageNo number) {
  if (last_ != nullptr && last_->number == number) return *last_;
  const auto known = rows_.find(number);
  if (known != rows_.end()) return known->second;
  MessageRow row = store_.message(number);
  numbers_.emplace(row.message_id, number);
  return rows_.emplace(number, std::move(row)).first->second;
}

void MessageWork::touch_activity(MessageRow& row, std::int64_t at_us) {
  row.activity_at_us = std::max(row.activity_at_us, at_us);
}

void MessageWork::add_member(MessageNo message, MemberNo member,
                             std::int64_t MemberCounts::*counter, std::int64_t change) {
  auto [entry, is_new] = members_.try_emplace({message, member});
  if (is_new) entry->second.before = entry->second.now = store_.member_counts(message, member);
  std::int64_t& value = entry->second.now.*counter;
  const bool had = value > 0;
  value += change;
  const bool has = value > 0;
  if (had != has) members_with(of(message).counts, counter) += has ? 1 : -1;
}

void MessageWork::flush() {
  for (const auto& [number, row] : rows_) store_.put_message(row);
  for (const auto& [key, change] : money_) {
    if (change != MessageMoney{}) store_.add_money(std::get<0>(key), std::get<1>(key), change);
  }
  for (const auto& [key, change] : days_) {
    if (change != DayCounts{}) store_.add_day(std::get<0>(key), std::get<1>(key), change);
  }
  for (const auto& [key, change] : revenue_) {
    if (change == ShopMoney{}) continue;
    store_.add_revenue_day(std::get<0>(key), std::get<1>(key), std::get<2>(key), change);
  }
  for (const auto& [key, change] : failures_) {
    if (change == FailureCounts{}) continue;
    store_.add_failure(std::get<0>(key), std::get<1>(key), std::get<2>(key), change);
  }
  for (const auto& [currency, change] : shop_) {
    if (change != ShopMoney{}) store_.add_shop(currency, change);
  }
  for (const auto& [key, entry] : members_) {
    if (entry.now == entry.before) continue;
    store_.put_member_counts(std::get<0>(key), std::get<1>(key), entry.now);
  }
}

}  // namespace message_history
