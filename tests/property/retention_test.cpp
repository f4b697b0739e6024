// Once a time is fixed from which details are kept, the state is a function of what was recorded
// before, of that time and of the set of events that came after, however far the sweep has come
// when they come.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "support/every_kind.h"
#include "support/recorder_fixture.h"

namespace {

constexpr std::uint64_t retention_feeds = 10;

std::uint64_t permutations_after_retention() {
  const char* count = std::getenv("CRM_PERMUTATIONS");
  return count == nullptr ? 200 : std::strtoull(count, nullptr, 10);
}

std::int64_t at_us(const test::Event& event) {
  return std::visit([](const auto& known) { return known.at_us; }, event);
}

std::int64_t median_us(const std::vector<test::Event>& events) {
  std::vector<std::int64_t> times;
  for (const test::Event& event : events) times.push_back(at_us(event));
  std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
  return times[times.size() / 2];
}

struct Feed {
  std::vector<test::Event> before;  // any of it may be older than the time kept from
  std::vector<test::Event> after;
  std::int64_t kept_from_us = 0;
};

Feed feed_of(std::uint64_t seed) {
  Feed feed;
  const std::vector<test::Event> events = test::every_kind(seed);
  feed.kept_from_us = median_us(events);
  std::mt19937_64 random(seed);
  for (const test::Event& event : events)
    (random() % 3 != 0 ? feed.before : feed.after).push_back(event);
  return feed;
}

class Sweeping : public test::RecorderFixture {
 public:
  bool sweep() {
    const auto open = tenants.open_existing(tenant);
    const std::lock_guard writer(open->writer);  // the settler sweeps as well
    return open->store->sweep_some(kept_from_us);
  }
  std::int64_t kept_from_us = 0;
};

// With `sweeps` a batch, or all of them at once when it is negative.
std::string digest_of(const Feed& feed, const std::vector<const test::Event*>& after,
                      std::size_t batch_events, int sweeps) {
  Sweeping fixture;
  // By the clock it is old enough, whatever the setting says.
  fixture.host_.now_us = feed.kept_from_us + 100 * test::day_us;
  fixture.record(feed.before);
  fixture.kept_from_us = feed.kept_from_us;
  fixture.sweep();
  while (sweeps < 0 && fixture.sweep()) {
  }
  for (std::size_t begin = 0; begin < after.size(); begin += batch_events) {
    test::EventList list;
    for (std::size_t i = begin; i < std::min(after.size(), begin + batch_events); ++i) {
      list.add(*after[i], ++fixture.seq);
    }
    fixture.record(list);
    for (int i = 0; i < sweeps; ++i) fixture.sweep();
  }
  while (fixture.sweep()) {
  }
  return fixture.digest();
}

class PermutationsAfterRetention : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PermutationsAfterRetention, giveOneDigestHoweverFarTheSweepIs) {
  const Feed feed = feed_of(GetParam());
  const std::string expected =
      digest_of(feed, test::pointers_to(feed.after), feed.after.size(), -1);
  std::mt19937_64 random(GetParam());
  for (std::uint64_t i = 0; i < permutations_after_retention() / retention_feeds; ++i) {
    const std::uint64_t seed = random();
    const std::size_t batch_events = std::uniform_int_distribution<std::size_t>(10, 300)(random);
    const int sweeps = std::uniform_int_distribution<int>(-1, 2)(random);
    ASSERT_EQ(digest_of(feed, test::permuted(feed.after, seed), batch_events, sweeps), expected)
        << "seed " << seed << ", batches of " << batch_events << ", sweeps " << sweeps;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PermutationsAfterRetention,
                         testing::Range<std::uint64_t>(1, 1 + retention_feeds));

}  // namespace
