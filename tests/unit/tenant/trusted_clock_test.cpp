// The trusted time follows the host's clock as fast as time passes that is sure to have passed.

#include "tenant/trusted_clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace message_history {

namespace {

// 2026-03-02T00:00:00Z
constexpr std::int64_t start_us = 1'772'409'600'000'000;

struct Clocks {
  std::int64_t host_us = start_us;
  std::int64_t steady_us = 77 * day_us;
  TrustedClock trusted;

  explicit Clocks(const TrustedTime& known = {}, std::int64_t steady = 77 * day_us,
                  std::string boot = "this boot")
      : steady_us(steady), trusted({[this] { return steady_us; }, std::move(boot)}, known) {}
  ClockReading look() { return trusted.look(host_us); }
  ClockReading pass(std::int64_t span_us) {
    host_us += span_us;
    steady_us += span_us;
    return look();
  }
};

TEST(TrustedClock, FollowsAClockThatGoesRight) {
  Clocks clocks;
  EXPECT_EQ(clocks.look().trusted_us, start_us);
  for (const std::int64_t span_us : {second_us, std::int64_t{0}, hour_us, 400 * day_us}) {
    const ClockReading reading = clocks.pass(span_us);
    EXPECT_EQ(reading.trusted_us, clocks.host_us);
    EXPECT_FALSE(reading.is_jump);
  }
}

TEST(TrustedClock, MovesNoFasterThanSomeDaysADayWhicheverWayTheHostsJumps) {
  for (const std::int64_t jump_us : {3 * 365 * day_us, -3 * 365 * day_us}) {
    Clocks clocks;
    clocks.look();
    clocks.host_us += jump_us;
    ClockReading reading = clocks.look();
    EXPECT_TRUE(reading.is_jump);
    EXPECT_EQ(reading.trusted_us, start_us);
    EXPECT_EQ(reading.since_us, start_us);
    clocks.steady_us += hour_us;
    reading = clocks.look();
    EXPECT_EQ(std::abs(reading.trusted_us - start_us), 7 * hour_us);
    EXPECT_EQ(reading.since_us, start_us);
    clocks.host_us -= jump_us;
    clocks.host_us += hour_us;
    reading = clocks.look();
    EXPECT_FALSE(reading.is_jump);
  }
}

TEST(TrustedClock, TellsWhenAClockThatIsLeftAsItIsCanBeTrusted) {
  for (const std::int64_t jump_us : {365 * day_us, -365 * day_us}) {
    Clocks clocks;
    clocks.look();
    clocks.host_us += jump_us;
    const std::int64_t again_in_us = clocks.look().trusted_again_in_us();
    EXPECT_GT(again_in_us, 40 * day_us);
    EXPECT_LT(again_in_us, 62 * day_us);
    EXPECT_TRUE(clocks.pass(again_in_us - hour_us).is_jump);
    EXPECT_FALSE(clocks.pass(2 * hour_us).is_jump);
  }
}

TEST(TrustedClock, CountsTheTimeBetweenTwoProcessesOfOneBootAndNoOther) {
  const TrustedTime known{start_us, 77 * day_us, "this boot"};
  const auto after = [&](const std::string& boot, std::int64_t steady_us) {
    Clocks next(known, steady_us, boot);
    next.host_us = start_us + 60 * day_us;
    return next.look();
  };
  EXPECT_EQ(after("this boot", 137 * day_us).trusted_us, start_us + 60 * day_us);
  EXPECT_EQ(after("this boot", 77 * day_us).trusted_us, start_us);
  EXPECT_EQ(after("this boot", 3 * day_us).trusted_us, start_us);  // it cannot go back
  EXPECT_EQ(after("another", 137 * day_us).trusted_us, start_us);
  EXPECT_EQ(after("", 137 * day_us).trusted_us, start_us);
  EXPECT_TRUE(after("another", 137 * day_us).is_jump);
}

TEST(TrustedClock, AClockThatWasNeverSetIsNoTime) {
  Clocks clocks;
  clocks.host_us = 0;
  EXPECT_TRUE(clocks.look().is_jump);
  clocks.host_us = start_us;
  const ClockReading reading = clocks.look();
  EXPECT_EQ(reading.trusted_us, start_us);
  EXPECT_FALSE(reading.is_jump);
}

TEST(TrustedClock, NoReadingOfTheHostIsTooWild) {
  Clocks clocks;
  clocks.look();
  for (const std::int64_t wild_us :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    clocks.host_us = wild_us;
    const ClockReading reading = clocks.look();
    EXPECT_TRUE(reading.is_jump);
    EXPECT_EQ(reading.trusted_us, start_us);
    EXPECT_GT(reading.trusted_again_in_us(), 0);
  }
}

TEST(TrustedClock, IsSavedWhenItIsKnownAndAnHourLater) {
  Clocks clocks;
  EXPECT_EQ(clocks.trusted.unsaved().us, 0);
  clocks.look();
  const TrustedTime first = clocks.trusted.unsaved();
  EXPECT_EQ(first.us, start_us);
  EXPECT_EQ(first.steady_us, clocks.steady_us);
  EXPECT_EQ(first.boot, "this boot");
  clocks.trusted.saved(first);
  clocks.pass(hour_us - 1);
  EXPECT_EQ(clocks.trusted.unsaved().us, 0);
  clocks.pass(1);
  EXPECT_EQ(clocks.trusted.unsaved().us, start_us + hour_us);
}

}  // namespace

}  // namespace message_history
