// The state is a function of the set of events: any order, any repetition, any batching, one
// digest.

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/every_kind.h"
#include "support/recorder_fixture.h"

namespace {

constexpr std::uint64_t feeds = 10;

std::uint64_t permutations() {
  const char* count = std::getenv("CRM_PERMUTATIONS");
  return count == nullptr ? 1000 : std::strtoull(count, nullptr, 10);
}

std::string digest_of(const std::vector<const test::Event*>& order, std::size_t batch_events) {
  test::RecorderFixture fixture;
  for (std::size_t begin = 0; begin < order.size(); begin += batch_events) {
    test::EventList list;
    for (std::size_t i = begin; i < std::min(order.size(), begin + batch_events); ++i) {
      list.add(*order[i], ++fixture.seq);
    }
    const crm_event_ack ack = fixture.record(list);
    EXPECT_EQ(ack.rejected, 0u) << fixture.rejections[0].reason;
  }
  return fixture.digest();
}

class PermutationsOfFeed : public testing::TestWithParam<std::uint64_t> {};

TEST_P(PermutationsOfFeed, giveOneDigest) {
  const std::vector<test::Event> events = test::every_kind(GetParam());
  ASSERT_GE(events.size(), 300u);
  const std::string expected = digest_of(test::pointers_to(events), events.size());

  std::mt19937_64 random(GetParam());
  for (std::uint64_t i = 0; i < permutations() / feeds; ++i) {
    const std::uint64_t seed = random();
    const std::size_t batch_events = std::uniform_int_distribution<std::size_t>(40, 900)(random);
    ASSERT_EQ(digest_of(test::permuted(events, seed), batch_events), expected)
        << "seed " << seed << ", batches of " << batch_events;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PermutationsOfFeed, testing::Range<std::uint64_t>(1, 1 + feeds));

// Guards the test above: a digest that missed a kind of event would agree for the wrong reason.
TEST(Permutations, digestChangesWithEveryEventLeftOut) {
  const std::vector<test::Event> events = test::every_kind(1);
  const std::vector<const test::Event*> all = test::pointers_to(events);
  const std::string expected = digest_of(all, events.size());
  std::vector<std::size_t> unseen;
  for (std::size_t left_out = 0; left_out < events.size(); left_out += 7) {
    std::vector<const test::Event*> rest = all;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
    if (digest_of(rest, events.size()) == expected) unseen.push_back(left_out);
  }
  // Few may be without effect: a report that a better one hides, an order's version that did not
  // stand.
  EXPECT_LE(unseen.size(), events.size() / 7 / 4);
}

}  // namespace
