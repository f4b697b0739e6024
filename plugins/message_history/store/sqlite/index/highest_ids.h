// The highest delivery id of messages in use: an id above it is new, without a look at the store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/ids.h"
#include "platform/memory_budget.h"

namespace message_history::sqlite {

class HighestIds {
 public:
  // A shop sends few messages at a time, and one that sends each member their own has many; beyond
  // this it starts over, and also where all shops together use up their share.
  static constexpr std::size_t messages_max = 131'072;

  // Whether no delivery of the message has this id or a higher one; false when that is not known.
  bool are_below(MessageNo message, std::string_view delivery_id) {
    const std::string* const highest = find(message);
    return highest != nullptr && *highest < delivery_id;
  }
  bool knows(MessageNo message) { return find(message) != nullptr; }

  // Empty: the message has no delivery.
  void set(MessageNo message, std::string_view highest_id) {
    if (by_message_.size() >= messages_max || memory_.gives_way()) clear();
    const auto [entry, is_new] = by_message_.try_emplace(message, highest_id);
    if (!is_new) entry->second = highest_id;
    memory_.set(by_message_.size() * entry_bytes);
  }
  // A delivery was stored.
  void note(MessageNo message, std::string_view delivery_id) {
    std::string* const highest = find(message);
    if (highest != nullptr && *highest < delivery_id) highest->assign(delivery_id);
  }
  void clear() {
    by_message_.clear();
    last_highest_ = nullptr;
    memory_.set(0);
  }

 private:
  // About as much as one takes, with an id of usual length.
  static constexpr std::size_t entry_bytes = 112;

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
  MemoryPart memory_{highest_ids_memory};
};

}  // namespace message_history::sqlite
