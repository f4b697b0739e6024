// The highest delivery id of messages in use: an id above it is new, without a look at the store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/ids.h"

namespace message_history::sqlite {

class HighestIds {
 public:
  // A shop sends few messages at a time; beyond this it starts over.
  static constexpr std::size_t messages_max = 4'096;

  // Whether no delivery of the message has this id or a higher one; false when that is not known.
  bool are_below(MessageNo message, std::string_view delivery_id) {
    const std::string* const highest = find(message);
    return highest != nullptr && *highest < delivery_id;
  }
  bool knows(MessageNo message) { return find(message) != nullptr; }

  // Empty: the message has no delivery.
  void set(MessageNo message, std::string_view highest_id) {
    if (by_message_.size() >= messages_max) clear();
    by_message_[message] = highest_id;
  }
  // A delivery was stored.
  void note(MessageNo message, std::string_view delivery_id) {
    std::string* const highest = find(message);
    if (highest != nullptr && *highest < delivery_id) highest->assign(delivery_id);
  }
  void clear() {
    by_message_.clear();
    last_highest_ = nullptr;
  }

 private:
  // Neighbours mostly ask for the same message.
  std::string* find(MessageNo message) {
    if (last_highest_ != nullptr && last_ == message) return last_highest_;
    const auto known = by_message_.find(message);
    if (known == by_message_.end()) return nullptr;
    last_ = message;
    return last_highest_ = &known->second;
  }

  std::unordered_map<MessageNo, std::string> by_message_;
  MessageNo last_;
  std::string* last_highest_ = nullptr;
};

}  // namespace message_history::sqlite
