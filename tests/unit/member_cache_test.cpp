#include "store/sqlite/member_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace message_history::sqlite {
namespace {

TEST(MemberCache, FindsWhatWasPutAndNothingElse) {
  MemberCache cache;
  EXPECT_FALSE(cache.find("m1"));
  for (std::int64_t i = 1; i <= 100'000; ++i) cache.put("m" + std::to_string(i), {i});
  for (std::int64_t i = 1; i <= 100'000; ++i) {
    ASSERT_EQ(cache.find("m" + std::to_string(i)), MemberNo{i});
  }
  EXPECT_FALSE(cache.find("m0"));
  EXPECT_FALSE(cache.find(""));
  EXPECT_FALSE(cache.is_full());
  cache.put("m7", {8});
  EXPECT_EQ(cache.find("m7"), MemberNo{8});
  cache.clear();
  EXPECT_FALSE(cache.find("m7"));
}

TEST(MemberCache, TakesTheLongestId) {
  MemberCache cache;
  const std::string id(256, 'i');
  cache.put(id, {1});
  EXPECT_EQ(cache.find(id), MemberNo{1});
  EXPECT_FALSE(cache.find(id.substr(1)));
}

TEST(MemberCache, IsFullAtItsMaximum) {
  MemberCache cache;
  const std::string filler(250, 'i');
  std::int64_t count = 0;
  while (!cache.is_full()) {
    ++count;
    cache.put(filler + std::to_string(count), {count});
  }
  EXPECT_GT(count, 200'000);
  EXPECT_EQ(cache.find(filler + std::to_string(count)), MemberNo{count});
}

}  // namespace
}  // namespace message_history::sqlite
