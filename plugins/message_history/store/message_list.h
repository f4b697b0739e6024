// What the lists of messages keep beside the messages, so that a page and its totals cost the same
// however many there are: where each message stands in every sort, and sums of those that no filter
// tells apart. The recorder moves them with every batch; they are functions of the message rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
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

// What the filters of a list ask about a message. Messages of an unknown kind are in no list; they
// share one group, which counts them.
struct ListGroup {
  MessageKind kind = MessageKind::unknown;
  Channel channel = Channel::other;
  MessageResult result = MessageResult::running;
  std::int32_t day = 0;  // MessageRow::listed_day
  friend auto operator<=>(const ListGroup&, const ListGroup&) = default;
};

// Where a message stands in one sort: after smaller values, among equals by its number.
struct ListKey {
  std::int64_t number_value = 0;
  std::string text_value;  // of a name
  MessageNo number;
  friend auto operator<=>(const ListKey&, const ListKey&) = default;
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

// When it was first sent, else when it is due, else when it was last reported.
std::int64_t listed_at_us(const MessageRow& row);

ListGroup group_of(const MessageRow& row);
// `net_minor`: in the tenant's main currency.
ListKey key_of(const MessageRow& row, MessageSort sort, std::int64_t net_minor);
ListCounts counts_of(const MessageRow& row);

}  // namespace message_history
