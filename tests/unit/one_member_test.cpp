// One member who does everything: what an event costs does not grow with what the member, or the
// message, already has.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "support/counted_shop.h"
#include "support/recorder_fixture.h"

namespace message_history {

namespace {

using test::day_us;
using test::monday_us;

constexpr int few = 500;
constexpr int many = 4'000;
constexpr int transaction_events = 50;

// The i-th of the member's events.
using EventOf = std::function<test::Event(int)>;

std::int64_t record_from_to(test::CountedShop& shop, const EventOf& event, int first, int end) {
  std::int64_t steps = 0;
  for (int begin = first; begin < end; begin += transaction_events) {
    std::vector<test::Event> events;
    for (int i = begin; i < std::min(end, begin + transaction_events); ++i) {
      events.push_back(event(i));
    }
    steps += shop.record(events);
  }
  return steps;
}

// Events after many others cost what they do after a few; a tree that is a level deeper takes a
// step more here and there.
void expect_cost_does_not_grow(const EventOf& event) {
  test::CountedShop shop;
  record_from_to(shop, event, 0, few);
  const std::int64_t after_few = record_from_to(shop, event, few, 2 * few);
  record_from_to(shop, event, 2 * few, many);
  const std::int64_t after_many = record_from_to(shop, event, many, many + few);
  EXPECT_LT(after_many, after_few * 3 / 2);
}

test::Event click(std::int64_t at_us, int message) {
  return test::Touch{at_us, "M" + std::to_string(message), "", "guest"};
}

TEST(OneMember, clicksOneMessageAllDay) {
  expect_cost_does_not_grow([](int i) { return click(monday_us + i, 0); });
}

TEST(OneMember, clicksManyMessagesAllDay) {
  expect_cost_does_not_grow([](int i) { return click(monday_us + i, i % 100); });
}

// On the second day each click asks when the member clicked the message before.
TEST(OneMember, clicksManyMessagesAgainTheNextDay) {
  const auto steps_of_second_day = [](int messages) {
    test::CountedShop shop;
    const auto event = [&](int i) {
      const int day = i / messages;
      return click(monday_us + day * day_us + i, i % messages);
    };
    record_from_to(shop, event, 0, messages);
    return record_from_to(shop, event, messages, messages + few);
  };
  EXPECT_LT(steps_of_second_day(many), steps_of_second_day(few) * 3 / 2);
}

}  // namespace

}  // namespace message_history
