// Sorting keys by eight bytes at a time against comparing them whole.
#include "store/sqlite/lsm/key_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace message_history::sqlite {
namespace {

void expect_sorted(const std::vector<std::string>& texts) {
  std::vector<KeyPlace> places;
  std::vector<std::pair<std::string, std::uint32_t>> expected;
  for (const std::string& text : texts) {
    expected.emplace_back(text, expected.size());
    places.emplace_back(text, static_cast<std::uint32_t>(places.size()));
  }
  std::sort(expected.begin(), expected.end());
  sort_keys(places);
  ASSERT_EQ(places.size(), expected.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    ASSERT_EQ(places[i].key(), expected[i].first);
    ASSERT_EQ(places[i].number, expected[i].second);
  }
}

TEST(KeySort, SortsAsComparingDoes) {
  std::mt19937_64 random(1);
  for (const std::size_t count : {0, 1, 2, 255, 256, 3'000}) {
    for (const std::size_t prefix : {0, 3, 8, 21}) {
      for (const std::uint64_t numbers : {10, 1'000, 1'000'000'000}) {
        std::vector<std::string> texts;
        while (texts.size() < count) {
          texts.push_back(std::string(prefix, 'p') + std::to_string(random() % numbers));
        }
        expect_sorted(texts);
        std::sort(texts.begin(), texts.end());
        expect_sorted(texts);
      }
    }
  }
}

TEST(KeySort, TellsKeysApartThatDifferInZerosAtTheirEnd) {
  std::mt19937_64 random(2);
  std::vector<std::string> texts;
  while (texts.size() < 3'000) {
    texts.push_back("key" + std::string(random() % 20, '\0') + std::string(random() % 2, 'k'));
  }
  expect_sorted(texts);
}

TEST(KeySort, KnowsWhatKeysShare) {
  const std::string text = "the same beginning of several words";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(shared_prefix(text, text.substr(0, i)), i);
    EXPECT_EQ(shared_prefix(text.substr(0, i) + "#", text), i);
    EXPECT_EQ(shared_prefix(text.substr(0, i) + "# and the same again", text), i);
  }
}

}  // namespace
}  // namespace message_history::sqlite
