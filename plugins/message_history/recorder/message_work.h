// The messages that one batch touches: their rows, and the net change of every counter about them.
//
// One thread; lives for one transaction. Nothing is written before flush(), except that a message
// named for the first time gets its row, so that it has a number.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "store/store.h"

namespace message_history {

class MessageWork {
 public:
  explicit MessageWork(WriteTransaction& store) : store_(store) {}

  // The message of that id, made when nobody named it before.
  MessageRow& of(std::string_view message_id);
  MessageRow& of(MessageNo number);
  std::optional<MessageNo> find(std::string_view message_id);

  // Whether nobody named it before this transaction: then nothing is stored about it.
  bool is_new(MessageNo message) const { return added_.contains(message); }

  void touch_activity(MessageRow& row, std::int64_t at_us);

  MessageMoney& money(MessageNo message, const std::string& currency) {
    return money_[{message, currency}];
  }
  DayCounts& day(MessageNo message, std::int32_t day) { return days_[{message, day}]; }
  ShopMoney& revenue(MessageNo message, std::int32_t day, const std::string& currency) {
    return revenue_[{message, day, currency}];
  }
  FailureCounts& failure(MessageNo message, RouteNo route, const std::string& code) {
    return failures_[{message, route, code}];
  }
  ShopMoney& shop(const std::string& currency) { return shop_[currency]; }

  // Changes one of a member's counters and, where it leaves or reaches zero, the message's count of
  // members.
  void add_member(MessageNo message, MemberNo member, std::int64_t MemberCounts::*counter,
                  std::int64_t change);

  void flush();

 private:
  struct MemberEntry {
    MemberCounts before;
    MemberCounts now;
  };

  MessageRow& load(std::string_view message_id);

  WriteTransaction& store_;
  MessageRow* last_ = nullptr;  // in rows_, whose nodes stay
  std::unordered_map<std::string, MessageNo> numbers_;
  std::unordered_map<MessageNo, MessageRow> rows_;
  std::unordered_set<MessageNo> added_;
  std::map<std::tuple<MessageNo, std::string>, MessageMoney> money_;
  std::map<std::tuple<MessageNo, std::int32_t>, DayCounts> days_;
  std::map<std::tuple<MessageNo, std::int32_t, std::string>, ShopMoney> revenue_;
  std::map<std::tuple<MessageNo, RouteNo, std::string>, FailureCounts> failures_;
  std::map<std::string, ShopMoney> shop_;
  std::map<std::tuple<MessageNo, MemberNo>, MemberEntry> members_;
};

}  // namespace message_history
