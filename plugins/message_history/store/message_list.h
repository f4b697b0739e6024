// What the lists of messages keep beside the messages, so that a page and its totals cost the same
// however many there are: where each message stands in every sort, and sums of those that no filter
// tells apart. The recorder moves them with every batch; they are functions of the message rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/rows.h"

namespace message_history {

enum class MessageSort : std::uint8_t {
  activity,  // the newest event about it
  sent,      // when it was first sent, else when it is due
  name,
  recipients,
  success,
  failed,
  clicks,
  orders,
  net,  // in the tenant's main currency
};
inline constexpr std::size_t message_sorts = 9;

// A group of messages that the filters of a list do not tell apart. One that nobody announced is
// among the manual ones. The result is what time alone brings: a group of overdue ones also holds
// those that are scheduled, and will be overdue some time past their time.
struct ListGroup {
  MessageKind kind = MessageKind::manual;
  Channel channel = Channel::other;
  MessageResult result = MessageResult::unannounced;
  std::int32_t day = 0;  // MessageRow::listed_day
  friend auto operator<=>(const ListGroup&, const ListGroup&) = default;
};

// Where a message stands in one sort: after smaller values, among equals by the bytes of its id, so
// that the order is the same whatever came first.
struct ListKey {
  std::int64_t number_value = 0;
  std::string text_value;  // of a name
  std::string message_id;
  MessageNo number;  // says whose it is, and decides nothing
  auto rank() const { return std::tie(number_value, text_value, message_id); }
  friend auto operator<=>(const ListKey& a, const ListKey& b) { return a.rank() <=> b.rank(); }
  friend bool operator==(const ListKey& a, const ListKey& b) { return a.rank() == b.rank(); }
};

struct ListPlace {
  MessageSort sort = MessageSort::activity;
  ListGroup group;
  ListKey key;
  friend auto operator<=>(const ListPlace&, const ListPlace&) = default;
};

// What a list sums up of its messages.
struct ListCounts {
  std::int64_t messages = 0;
  std::int64_t success = 0;
  std::int64_t failed = 0;
  std::int64_t pending = 0;
  std::int64_t excluded = 0;
  std::int64_t clickers = 0;
  std::int64_t orders = 0;
  ListCounts& operator+=(const ListCounts& other);
  ListCounts operator-() const;
  friend bool operator==(const ListCounts&, const ListCounts&) = default;
};

// The words a list is searched by.
struct ListWords {
  MessageNo message;
  std::string name;
  std::string message_id;
};

// How one batch moves the lists.
struct ListChanges {
  std::vector<ListPlace> left;
  std::vector<ListPlace> taken;
  std::map<ListGroup, ListCounts> counts;
  std::map<std::pair<ListGroup, std::string>, ShopMoney> money;  // by currency
  std::vector<ListWords> words;                                  // of new and renamed messages
};

// When it was first sent, else when it is due, else when it was last reported or named.
std::int64_t listed_at_us(const MessageRow& row);

// Messages due up to `until_us`, which is on `day`, are overdue now.
struct OverdueNow {
  std::int64_t until_us = std::numeric_limits<std::int64_t>::min();
  std::int32_t day = -2;  // before every day there can be
};

// In which list it is: that of the manual ones until it is announced.
MessageKind listed_kind(const MessageRow& row);
ListGroup group_of(const MessageRow& row);
// The result that is shown of a message: that of its group, but for what is not overdue yet.
MessageResult shown_result(const MessageRow& row, const OverdueNow& overdue);
// `net_minor`: in the tenant's main currency.
ListKey key_of(const MessageRow& row, MessageSort sort, std::int64_t net_minor);
ListCounts counts_of(const MessageRow& row);

}  // namespace message_history
