// The words that lists are searched by, packed for a fast scan: names and ids of 64 messages a
// block.
//
// Matching is that of a substring without regard to ASCII case; other bytes match as they are. The
// bytes are specified in SCHEMA.md. A block that does not parse throws crm::Failure with CORRUPT.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"
#include "store/message_list.h"

namespace message_history::sqlite {

inline constexpr std::int64_t words_block_messages = 64;

constexpr std::int64_t words_block_of(MessageNo message) {
  return (message.value - 1) / words_block_messages;
}

// The block with these messages' words in place of what it had for them; all are of this block.
std::string with_words(std::string_view block, const std::vector<ListWords>& words);

// Finds the messages whose name or id holds `text`, block by block.
class WordSearch {
 public:
  explicit WordSearch(std::string_view text);
  void search(std::int64_t number, std::string_view block,
              const std::function<void(MessageNo)>& visit) const;

 private:
  std::string folded_;
};

}  // namespace message_history::sqlite
