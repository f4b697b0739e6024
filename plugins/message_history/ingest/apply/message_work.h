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

#include "calendar/time_zone.h"
#include "ingest/apply/list_work.h"
#include "store/store.h"

namespace message_history {

class MessageWork {
 public:
  MessageWork(WriteTransaction& store, const TenantFacts& facts, TimeZone& zone)
      : store_(store), zone_(zone), lists_(store, facts.currency) {}

  // The message of that id, made when nobody named it before.
  MessageRow& of(std::string_view message_id);
  MessageRow& of(MessageNo number);
  std::optional<MessageNo> find(std::string_view message_id);

  // Whether nobody named it before this transaction: then nothing is stored about it.
  bool is_new(MessageNo message) const { return added_.contains(message); }

  void touch_activity(MessageRow& row, std::int64_t at_us);

  MessageMoney& money(MessageNo message, const std::string& currency);
  DayCounts& day(MessageNo message, std::int32_t day);
  // Members who clicked again.
  std::int64_t& clicked_again(MessageNo message, const ClickedAgain& days) {
    return clicked_again_[{message, days}];
  }
  ShopMoney& revenue(MessageNo message, std::int32_t day, const std::string& currency) {
    return revenue_[{message, day, currency}];
  }
  FailureCounts& failure(MessageNo message, RouteNo route, const std::string& code) {
    return failures_[{message, route, code}];
  }
  ShopMoney& shop(const std::string& currency) { return shop_[currency]; }
  ShopMoney& shop_day(std::int32_t day, const std::string& currency) {
    return shop_days_[{day, currency}];
  }
  // Orders credited to the message by such a touch.
  std::int64_t& bought_by(MessageNo message, TouchKind touch) {
    return bought_by_[{message, touch}];
  }

  // Changes one of a member's counters and, where it leaves or reaches zero, the message's count of
  // members.
  void add_member(MessageNo message, MemberNo member, std::int64_t MemberCounts::*counter,
                  std::int64_t change);

  // Everything the member did with the message up to now.
  const MemberCounts& member(MessageNo message, MemberNo member) {
    return member_entry(message, member).now;
  }

  void flush();

 private:
  struct MessageEntry {
    std::optional<MessageRow> before;  // none: named for the first time
    MessageRow now;
  };
  struct MemberEntry {
    MemberCounts before;
    MemberCounts now;
  };

  MemberEntry& member_entry(MessageNo message, MemberNo member);
  MessageRow& load(std::string_view message_id);
  MessageRow& adopt(MessageRow row);
  MoneyByCurrency sold(MessageNo message) const;
  bool is_automatic(MessageNo message);
  void flush_messages();
  void flush_days();

  WriteTransaction& store_;
  TimeZone& zone_;
  ListWork lists_;
  MessageRow* last_ = nullptr;  // in rows_, whose nodes stay
  std::unordered_map<std::string, MessageNo> numbers_;
  std::unordered_map<MessageNo, MessageEntry> rows_;
  std::unordered_set<MessageNo> added_;
  using MoneyOfMessages = std::map<std::tuple<MessageNo, std::string>, MessageMoney>;
  using DaysOfMessages = std::map<std::tuple<MessageNo, std::int32_t>, DayCounts>;
  MoneyOfMessages money_;
  MoneyOfMessages::value_type* last_money_ = nullptr;
  DaysOfMessages days_;
  DaysOfMessages::value_type* last_day_ = nullptr;
  std::map<std::tuple<MessageNo, ClickedAgain>, std::int64_t> clicked_again_;
  std::map<std::tuple<MessageNo, std::int32_t, std::string>, ShopMoney> revenue_;
  std::map<std::tuple<MessageNo, RouteNo, std::string>, FailureCounts> failures_;
  std::map<std::string, ShopMoney> shop_;
  std::map<std::pair<std::int32_t, std::string>, ShopMoney> shop_days_;
  std::map<std::pair<MessageNo, TouchKind>, std::int64_t> bought_by_;
  std::map<std::tuple<MessageNo, MemberNo>, MemberEntry> members_;
};

}  // namespace message_history
