// Blocks of sorted entries against bytes written out by hand (SCHEMA.md), and against damage.
#include "store/sqlite/lsm/block.h"

#include <gtest/gtest.h>

#include <crm/cpp/failure.hpp>
#include <map>
#include <random>
#include <string>

#include "support/hex.h"

namespace message_history::sqlite {
namespace {

using Entries = std::map<std::string, std::string>;

std::string packed(const Entries& entries) {
  BlockBuilder builder;
  for (const auto& [key, value] : entries) builder.add(key, value);
  return std::string(builder.finish());
}

Entries unpacked(const std::string& bytes) {
  Block block;
  block.decode(bytes);
  Entries entries;
  for (std::size_t i = 0; i < block.size(); ++i) {
    entries.emplace(block.key(i), block.value(i));
  }
  return entries;
}

// Ids as senders make them: counted, random, UUIDs in both cases, and none of these.
std::string random_key(std::mt19937_64& random) {
  const auto digits = [&](std::size_t count, const char* alphabet) {
    std::string text;
    while (text.size() < count) text.push_back(alphabet[random() % 16]);
    return text;
  };
  constexpr const char* lower = "0123456789abcdef";
  constexpr const char* upper = "0123456789ABCDEF";
  const char* alphabet = random() % 8 == 0 ? upper : lower;
  switch (random() % 4) {
    case 0:
      return "d-" + std::to_string(random() % 10'000);
    case 1:
      return digits(random() % 40, alphabet);
    case 2:
      return std::string(random() % 3, 'm') + digits(8, alphabet) + "-" + digits(4, alphabet) +
             "-" + digits(4, alphabet) + "-" + digits(4, alphabet) + "-" + digits(12, alphabet);
    default:
      return std::string(random() % 4, static_cast<char>(random()));
  }
}

TEST(Block, IsTheseBytes) {
  EXPECT_EQ(test::hex_of(packed({{"ab1", "x"}, {"ab23", ""}, {"b", "yz"}})),
            "00"
            "06"
            "616231"
            "01"
            "78"  // "ab1": nothing shared, 3 bytes; "x"
            "02"
            "04"
            "3233"
            "00"  // "ab23": 2 shared, 2 bytes; removed
            "00"
            "02"
            "62"
            "02"
            "797a"        // "b"; "yz"
            "065cf388");  // CRC-32
}

TEST(Block, AUuidAtTheEndOfAKeyTakesSixteenBytes) {
  EXPECT_EQ(test::hex_of(packed({{"m01234567-89ab-cdef-0123-456789abcdef", "v"}})),
            "00"
            "03"
            "6d"
            "0123456789abcdef0123456789abcdef"
            "01"
            "76"
            "97b739cd");
}

TEST(Block, WhatIsPackedIsUnpackedUnchanged) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2'000; ++round) {
    Entries entries;
    for (std::uint64_t count = random() % 20; count > 0; --count) {
      entries[random_key(random)] = std::string(random() % 200, static_cast<char>(random()));
    }
    ASSERT_EQ(unpacked(packed(entries)), entries);
  }
}

TEST(Block, FillsAPageAndNoMore) {
  std::mt19937_64 random(2);
  BlockBuilder builder;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    std::string key = "d-" + std::to_string(1'000'000'000 + i * (1 + random() % 1000));
    const std::string value(random() % 40, 'v');
    if (!builder.empty() && key <= builder.last_key()) continue;
    if (builder.add(key, value)) continue;
    const std::string_view bytes = builder.finish();
    EXPECT_LE(bytes.size(), block_bytes_max);
    EXPECT_GT(bytes.size(), block_bytes_max - 100);
    EXPECT_TRUE(builder.add(key, value));
  }
}

TEST(Block, TakesAnEntryLargerThanItself) {
  const Entries entries{{"k", std::string(10'000, 'v')}};
  EXPECT_EQ(unpacked(packed(entries)), entries);
}

TEST(Block, FindsTheFirstEntryAtOrAboveAKey) {
  Block block;
  block.decode(packed({{"b", "1"}, {"d", "2"}, {"f", "3"}}));
  EXPECT_EQ(block.lower_bound("a"), 0u);
  EXPECT_EQ(block.lower_bound("b"), 0u);
  EXPECT_EQ(block.lower_bound("c"), 1u);
  EXPECT_EQ(block.lower_bound("f"), 2u);
  EXPECT_EQ(block.lower_bound("g"), 3u);
  EXPECT_EQ(block.lower_bound("f", 1), 2u);
}

bool is_refused(const std::string& bytes) {
  Block block;
  try {
    block.decode(bytes);
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
    return true;
  }
  return false;
}

TEST(Block, EveryFlippedBitAndEveryCutIsRefused) {
  Entries entries;
  std::mt19937_64 random(3);
  for (int i = 0; i < 100; ++i) entries[random_key(random)] = "value";
  const std::string bytes = packed(entries);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(is_refused(flipped)) << bit;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_TRUE(is_refused(bytes.substr(0, size))) << size;
  }
}

// With a right checksum over wrong bytes: parsing must not trust them.
TEST(Block, GarbageWithARightChecksumIsRefusedOrHarmless) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 50'000; ++round) {
    BlockBuilder builder;
    std::string garbage(1 + random() % 30, '\0');
    for (char& c : garbage) c = static_cast<char>(random() % 48);
    builder.add("", garbage);
    const std::string bytes(builder.finish());
    // Take the entry's head off, so that its value is read as entries.
    std::string body = bytes.substr(3, bytes.size() - 7);
    append_checksum(body);
    is_refused(body);
  }
}

}  // namespace
}  // namespace message_history::sqlite
