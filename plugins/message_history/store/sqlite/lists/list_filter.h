// A filter of message lists brought to what is stored: the shelves it reaches, the days it cuts
// them at, and the messages a text matches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/snapshot.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/lists/shelf.h"

namespace message_history::sqlite {

// Every message whose name or id holds a text: the result of one scan.
class WordMatches {
 public:
  WordMatches(Connection& db, std::string_view text);
  const std::string& text() const { return text_; }
  const std::vector<MessageNo>& messages() const { return messages_; }  // rising
  bool contains(MessageNo message) const {
    const auto at = static_cast<std::size_t>(message.value);
    return at < is_match_.size() && is_match_[at];
  }

 private:
  std::string text_;
  std::vector<MessageNo> messages_;
  std::vector<bool> is_match_;  // by number
};

struct DayRange {
  std::int32_t first = 0;
  std::int32_t last = 0;
};

struct ReachedShelf {
  std::int64_t number = 0;
  Shelf shelf;
  ListCounts counts;
  bool is_whole = true;  // no message of it lies outside the filter's days
};

bool selects(const MessageFilter& filter, const MessageRow& row);
inline bool selects_day(const MessageFilter& filter, std::int32_t day) {
  return (!filter.first_day || day >= *filter.first_day) &&
         (!filter.last_day || day <= *filter.last_day);
}

// Those that hold any message; the oldest days first. `filter.result` is that of the shelf.
std::vector<ReachedShelf> reached_shelves(Connection& db, const MessageFilter& filter);

// The filter with the messages that time alone makes overdue, of the days up to `last_day` or since
// `first_day`.
MessageFilter due_until(const MessageFilter& filter, std::int32_t last_day);
MessageFilter due_since(const MessageFilter& filter, std::int32_t first_day);

// The selected days of the shelves that are not whole.
std::vector<DayRange> cut_days(const MessageFilter& filter);

}  // namespace message_history::sqlite
