#include "store/sqlite/lists/message_words.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace message_history::sqlite {

namespace {

// Ends a name and an id; no byte of UTF-8.
constexpr char end_of_words = '\xFF';

std::string folded(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lower;
}

// Past the next end of words.
std::size_t after_words(std::string_view block, std::size_t from) {
  const std::size_t end = block.find(end_of_words, from);
  if (end == std::string_view::npos) {
    throw crm::Failure(CRM_ERR_CORRUPT,
                       "a stored block of message names is cut short; restore the tenant's folder "
                       "from a backup");
  }
  return end + 1;
}

}  // namespace

std::string with_words(std::string_view block, const std::vector<ListWords>& words) {
  std::vector<std::string> entries;  // each with its two ends
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = after_words(block, after_words(block, at));
    entries.emplace_back(block.substr(at, end - at));
    at = end;
  }
  for (const ListWords& one : words) {
    const auto place = static_cast<std::size_t>((one.message.value - 1) % words_block_messages);
    if (place >= entries.size()) entries.resize(place + 1, std::string(2, end_of_words));
    entries[place] = folded(one.name) + end_of_words + folded(one.message_id) + end_of_words;
  }
  std::string packed;
  for (const std::string& entry : entries) packed += entry;
  return packed;
}

WordSearch::WordSearch(std::string_view text) : folded_(folded(text)) {}

void WordSearch::search(std::int64_t number, std::string_view block,
                        const std::function<void(MessageNo)>& visit) const {
  std::int64_t ends = 0;
  std::size_t counted = 0;  // ends before here are counted
  for (std::size_t at = 0; at < block.size();) {
    const void* const found =
        ::memmem(block.data() + at, block.size() - at, folded_.data(), folded_.size());
    if (found == nullptr) return;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - block.data());
    ends += std::count(block.begin() + static_cast<std::ptrdiff_t>(counted),
                       block.begin() + static_cast<std::ptrdiff_t>(at), end_of_words);
    visit(MessageNo{number * words_block_messages + ends / 2 + 1});
    // On with the next message.
    counted = at;
    do {
      counted = after_words(block, counted);
    } while (++ends % 2 != 0);
    at = counted;
  }
}

}  // namespace message_history::sqlite
