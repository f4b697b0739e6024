#include "store/sqlite/index/member_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

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

TEST(MemberCache, FindsManyAtOnceAsOneByOne) {
  MemberCache cache;
  std::vector<std::string> ids;
  for (int i = 0; i < 3'001; ++i) ids.push_back("m" + std::to_string(i));
  ids.push_back("m7");
  std::vector<MemberLookup> lookups;
  for (const std::string& id : ids) lookups.push_back({id, {}});
  cache.find(lookups);
  for (const MemberLookup& lookup : lookups) ASSERT_FALSE(lookup.found);
  for (std::int64_t i = 0; i < 3'000; i += 2) cache.put(ids[static_cast<std::size_t>(i)], {i + 1});
  cache.find(lookups);
  for (const MemberLookup& lookup : lookups) {
    ASSERT_EQ(lookup.found, cache.find(lookup.member_id)) << lookup.member_id;
  }
  cache.find(std::span<MemberLookup>{});
}

TEST(MemberCache, PutsOnlyWhoIsNotThere) {
  MemberCache cache;
  for (std::int64_t i = 1; i <= 10'000; ++i) {
    ASSERT_EQ(cache.find_or_put("m" + std::to_string(i), {i}), MemberNo{i});
  }
  for (std::int64_t i = 1; i <= 10'000; ++i) {
    ASSERT_EQ(cache.find_or_put("m" + std::to_string(i), {-1}), MemberNo{i});
  }
  EXPECT_EQ(cache.find("m1"), MemberNo{1});
  cache.put("m1", {});  // nobody any more
  EXPECT_EQ(cache.find_or_put("m1", {10'001}), MemberNo{10'001});
  EXPECT_EQ(cache.find("m1"), MemberNo{10'001});
}

TEST(MemberCache, ForgetsWhoIsRemovedAndNobodyElse) {
  MemberCache cache;
  cache.remove("m1");
  const auto id_of = [](std::int64_t i) { return "member-" + std::to_string(i); };
  for (std::int64_t i = 1; i <= 10'000; ++i) cache.put(id_of(i), {i});
  for (std::int64_t i = 1; i <= 10'000; i += 3) cache.remove(id_of(i));
  cache.remove("nobody");
  for (std::int64_t i = 1; i <= 10'000; ++i) {
    ASSERT_EQ(cache.find(id_of(i)), i % 3 == 1 ? MemberNo{} : MemberNo{i}) << i;
  }
  std::vector<MemberLookup> lookups;
  const std::string removed = id_of(1);
  const std::string kept = id_of(2);
  for (const std::string* id : {&removed, &kept}) lookups.push_back({*id, {}});
  cache.find(lookups);
  EXPECT_FALSE(lookups[0].found);
  EXPECT_EQ(lookups[1].found, MemberNo{2});
  EXPECT_EQ(cache.find_or_put(removed, {10'001}), MemberNo{10'001});
  for (std::int64_t i = 10'002; i <= 40'000; ++i) cache.put(id_of(i), {i});  // grows
  EXPECT_EQ(cache.find(removed), MemberNo{10'001});
  EXPECT_FALSE(cache.find(id_of(4)));
  EXPECT_EQ(cache.find(id_of(5)), MemberNo{5});
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

TEST(MemberCache, AllTogetherHaveAMaximumToo) {
  const std::string filler(250, 'i');
  std::vector<std::unique_ptr<MemberCache>> caches;
  for (int i = 0; i < 3; ++i) caches.push_back(std::make_unique<MemberCache>());
  const auto fill = [&](MemberCache& cache, std::int64_t members) {
    for (std::int64_t i = 1; i <= members && !cache.is_full(); ++i) {
      cache.put(filler + std::to_string(i), {i});
    }
  };
  for (auto& cache : caches) fill(*cache, 500'000);
  EXPECT_TRUE(caches[0]->find(filler + "1"));
  EXPECT_TRUE(caches[2]->is_full());
  caches.erase(caches.begin());
  EXPECT_FALSE(caches[1]->is_full());  // it never had its own maximum
  MemberCache small;
  small.put("m1", {1});
  EXPECT_FALSE(small.is_full());
}

}  // namespace
}  // namespace message_history::sqlite
