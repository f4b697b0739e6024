// The host's clock goes back, ahead, and stands still: what is recorded is the same, and the
// threads of the recorder come to rest.

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "support/recorder_fixture.h"

namespace message_history {

namespace {

using test::day_us;
using test::monday_us;

constexpr std::int64_t jumps_us[] = {0,          -10 * 365 * day_us, 30 * 365 * day_us, -day_us,
                                     day_us,
                                     -monday_us,  // to 1970
                                     0};

std::vector<test::Event> events_of(int round) {
  std::vector<test::Event> events;
  for (int i = 0; i < 50; ++i) {
    const std::string id = std::to_string(50 * round + i);
    events.push_back(test::Delivery{monday_us + i, "M", "d" + id, "m" + std::to_string(i)});
    if (i % 10 == 0) events.push_back(test::Order{monday_us + day_us, "o" + id, "m0", 1'000});
  }
  return events;
}

bool is_settled(test::RecorderFixture& shop) {
  const auto tenant = shop.tenants.open_existing(shop.tenant);
  return test::comes_true([&] { return tenant->backlog.empty(); });
}

TEST(Clock, WhateverItDoesNothingIsLostOrDoubled) {
  test::RecorderFixture steady;
  test::RecorderFixture jumping;
  int round = 0;
  for (const std::int64_t jump_us : jumps_us) {
    steady.record(events_of(round));
    jumping.host_.now_us = monday_us + jump_us;
    jumping.record(events_of(round));
    EXPECT_TRUE(is_settled(jumping)) << jump_us;
    ++round;
  }
  EXPECT_EQ(jumping.digest(), steady.digest());
  EXPECT_EQ(jumping.recorder.position(crm::str(jumping.tenant), crm::str(jumping.source)),
            jumping.seq);
}

// How often the host was asked for the time grows as long as a thread is at work.
TEST(Clock, ThreadsComeToRestWhateverItDoes) {
  test::RecorderFixture shop;
  shop.set("retention.days", "90");
  int round = 0;
  for (const std::int64_t jump_us : jumps_us) {
    shop.host_.now_us = monday_us + jump_us;
    shop.record(events_of(round++));
    EXPECT_TRUE(is_settled(shop));
    EXPECT_TRUE(test::comes_true([&] {
      const int before = shop.host_.asked_for_time;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      return shop.host_.asked_for_time == before;
    })) << jump_us;
  }
}

}  // namespace

}  // namespace message_history
