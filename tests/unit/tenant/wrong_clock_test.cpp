// A host's clock that is wrong drops nothing, and lets nothing be taken for too old.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ingest/check/store_check.h"
#include "support/recorder_fixture.h"
#include "tenant/expiry.h"

namespace message_history {

namespace {

using test::day_us;
using test::hour_us;
using test::minute_us;
using test::monday_us;
using testing::Contains;
using testing::HasSubstr;

constexpr std::int64_t year_us = 365 * day_us;
// 2025-12-02T00:00 in Seoul: 90 days before that Monday.
constexpr std::int64_t kept_edge_us = 1'764'601'200'000'000;

// Without the settler's threads, so that each step is the test's.
class WrongClock : public testing::Test, public test::RecorderFixture {
 protected:
  WrongClock() {
    recorder.stop();
    steady_us = 1'000 * day_us;
    set("retention.days", "90");
  }

  void pass(std::int64_t span_us) {
    host_.now_us += span_us;
    steady_us += span_us;
  }
  // As a new process; another boot of the machine, whose clock tells nothing about before.
  void reboot() {
    recorder.stop();
    steady_us = steady_us - hour_us;
  }
  // Everything the settler would do.
  void expire() {
    const auto open = recorder.settled_tenant(tenant);
    const crm::Lock writer(open->writer);
    for (int steps = 0; expire_some(*open); ++steps) ASSERT_LT(steps, 10'000);
  }
  // The delivery of this name, which happened then, is taken in and stays.
  void expect_kept(const std::string& name, std::int64_t at_us) {
    const std::int64_t skipped = snapshot()->sources().at(0).skipped;
    record({test::Delivery{at_us, "M", name, "member-" + name}});
    expire();
    EXPECT_EQ(snapshot()->sources().at(0).skipped, skipped) << name;
    EXPECT_EQ(ids().count(name), 1U) << name;
  }
  std::set<std::string> ids() {
    std::set<std::string> ids;
    for (const Delivery& row : snapshot()->deliveries(message("M").number, {}, 10'000)) {
      ids.insert(row.delivery_id);
    }
    return ids;
  }
  void record_some() {
    record({test::Message{monday_us - 10 * day_us, "M"}});
    for (const int age_days : {1, 30, 60, 89}) {
      const std::int64_t at_us = monday_us - age_days * day_us;
      const std::string name = std::to_string(age_days);
      record({test::Delivery{at_us, "M", name, "member-" + name},
              test::Touch{at_us + 1, "M", name, "member-" + name},
              test::Order{at_us + 2, "order-" + name, "member-" + name}});
    }
    expire();
  }
  void expect_all_there() {
    EXPECT_EQ(ids().size(), 4U);
    for (const char* name : {"1", "30", "60", "89"}) {
      EXPECT_TRUE(snapshot()->order(std::string("order-") + name)) << name;
    }
  }
  void expect_sound() {
    const auto open = recorder.settled_tenant(tenant);
    const crm::Lock writer(open->writer);
    std::string findings;
    const CheckTotals totals =
        check_store(*open->store, open->zone, Rebuild::no, [&](const Finding& finding) {
          findings += finding.table + ' ' + finding.row + ": " + finding.what + '\n';
        });
    EXPECT_TRUE(totals.is_sound()) << findings;
  }
  std::int64_t kept_from_us() { return snapshot()->kept_from_us(); }
};

TEST_F(WrongClock, ThreeYearsAheadForOneBatchDropsNothing) {
  record_some();
  host_.now_us += 3 * year_us;
  record({test::Delivery{monday_us, "M", "meanwhile", "kim"}});
  expire();
  EXPECT_THAT(host_.lines, Contains(HasSubstr("1095 days ahead of")));
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  host_.now_us -= 3 * year_us;
  expect_kept("after", monday_us - 80 * day_us);
  EXPECT_EQ(ids().size(), 6U);
  EXPECT_THAT(host_.lines, Contains(HasSubstr("can be relied on again")));
  EXPECT_EQ(host_.lines.size(), 2U);
  expect_sound();
}

TEST_F(WrongClock, ThreeYearsAheadEndsNoSweepThatIsUnderWay) {
  record_some();
  record({test::Delivery{kept_edge_us + hour_us, "M", "too old", "kim"}});
  pass(day_us);
  {
    const auto open = recorder.settled_tenant(tenant);
    const crm::Lock writer(open->writer);
    ASSERT_TRUE(expire_some(*open));
    host_.now_us += 3 * year_us;
    EXPECT_FALSE(expire_some(*open));
    host_.now_us -= 3 * year_us;
  }
  EXPECT_EQ(ids().count("too old"), 1U);
  expire();
  EXPECT_EQ(ids().count("too old"), 0U);
  expect_all_there();
}

TEST_F(WrongClock, ADayBackIsWaitedFor) {
  record({test::Delivery{kept_edge_us - 1, "M", "too old", "kim"}});
  record_some();
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  host_.now_us -= day_us;
  expect_kept("young by this clock", kept_edge_us - hour_us);
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  host_.now_us += day_us;
  pass(day_us);
  record({test::Delivery{monday_us, "M", "next day", "kim"}});
  expire();
  EXPECT_EQ(kept_from_us(), kept_edge_us + day_us);
  EXPECT_EQ(ids().count("young by this clock"), 0U);
  EXPECT_EQ(ids().count("89"), 1U);
  expect_sound();
}

TEST_F(WrongClock, YearsBackLetsOldEventsInAndForgetsNothing) {
  record({test::Delivery{kept_edge_us - 1, "M", "too old", "kim"},
          test::Order{kept_edge_us - 1, "too old", "kim"}});
  record_some();
  ASSERT_FALSE(snapshot()->order("too old"));
  ASSERT_EQ(kept_from_us(), kept_edge_us);
  const MessageCounts before = message("M").counts;
  for (const std::int64_t now_us : {monday_us - 3 * year_us, std::int64_t{0}}) {
    host_.now_us = now_us;
    expect_kept("late " + std::to_string(now_us), kept_edge_us - 30 * day_us);
    EXPECT_EQ(kept_from_us(), kept_edge_us) << "what is gone is gone";
    // What is reported of an order that is gone would count it again.
    record({test::Order{.at_us = monday_us, .id = "too old", .member = "kim", .revision = 3}});
    EXPECT_FALSE(snapshot()->order("too old"));
    expect_sound();
  }
  EXPECT_EQ(message("M").counts.recipients.success, before.recipients.success + 2);
  host_.now_us = monday_us;
  record({test::Delivery{monday_us, "M", "now", "kim"}});
  expire();
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  EXPECT_EQ(ids(), (std::set<std::string>{"1", "30", "60", "89", "now"}));
  expect_sound();
}

TEST_F(WrongClock, AYearAheadIsBelievedOnceTimeHasPassed) {
  record_some();
  host_.now_us += year_us;
  for (int day = 0; day < 60; ++day) {
    record({test::Message{monday_us + day, "M"}});
    expire();
    pass(day_us);
  }
  expect_all_there();
  pass(2 * day_us);
  record({test::Message{monday_us + day_us, "M"}});
  expire();
  EXPECT_TRUE(ids().empty());
  expect_kept("after", host_.now_us - 89 * day_us);
}

TEST_F(WrongClock, StandingStillExpiresNothingMoreAndLosesNothing) {
  record_some();
  for (int day = 0; day < 30; ++day) {
    steady_us += day_us;
    expect_kept("day " + std::to_string(day), monday_us + day);
  }
  EXPECT_EQ(ids().size(), 34U);
  EXPECT_EQ(host_.lines.size(), 0U);
}

TEST_F(WrongClock, AMachineThatSleptForANightGoesOn) {
  record_some();
  pass(8 * hour_us);
  record({test::Delivery{kept_edge_us + hour_us, "M", "of the edge", "kim"}});
  expire();
  EXPECT_EQ(ids().count("of the edge"), 1U);
  host_.now_us += 8 * hour_us;  // past midnight in Seoul
  record({test::Message{monday_us + 1, "M"}});
  expire();
  EXPECT_EQ(ids().count("of the edge"), 1U);
  pass(2 * hour_us);
  record({test::Message{monday_us + 2, "M"}});
  expire();
  EXPECT_EQ(ids().count("of the edge"), 0U);
  expect_all_there();
  EXPECT_EQ(host_.lines.size(), 0U);
}

TEST_F(WrongClock, AfterSixtyDaysDownItCatchesUp) {
  record_some();
  reboot();
  host_.now_us += 60 * day_us;
  record({test::Message{monday_us + day_us, "M"}});
  expire();
  EXPECT_THAT(host_.lines, Contains(HasSubstr("60 days ahead of")));
  expect_all_there();
  expect_kept("late", host_.now_us - 75 * day_us);
  pass(10 * day_us);
  record({test::Message{monday_us + 2 * day_us, "M"}});
  expire();
  EXPECT_EQ(ids(), (std::set<std::string>{"1", "late"}));
  // A process of the same boot is as good as one that went on.
  recorder.stop();
  pass(10 * day_us);
  record({test::Message{monday_us + 3 * day_us, "M"}});
  expire();
  EXPECT_EQ(ids(), (std::set<std::string>{"1"}));
}

// So many that a sweep takes many steps.
void record_thousands(test::RecorderFixture& shop) {
  std::vector<test::Event> events = {test::Message{monday_us - 10 * day_us, "M"}};
  for (int i = 0; i < 3'000; ++i) {
    const std::string name = std::to_string(i);
    const std::int64_t at_us = monday_us - i * 40 * minute_us;
    events.push_back(test::Delivery{at_us, "M", name, "m" + std::to_string(i % 500),
                                    i % 5 == 0 ? CRM_DELIVERY_FAILED : CRM_DELIVERY_DELIVERED});
    if (i % 7 == 0) events.push_back(test::Touch{at_us + 1, "M", name, "m" + name});
    if (i % 9 == 0) events.push_back(test::Order{at_us + 2, "o" + name, "m" + name});
  }
  shop.record(events);
}

// As a release before left it, whose clock was ahead for a moment, however far its sweep has come.
TEST_F(WrongClock, ACutoffInTheFutureIsPutRightHoweverFarItsSweepIs) {
  int steps = 0;
  for (bool goes_on = true; goes_on; ++steps) {
    SCOPED_TRACE(steps);
    tenant = "shop " + std::to_string(steps);
    seq = 0;
    host_.lines.clear();
    record_thousands(*this);
    for (int i = 0; i <= steps; ++i) goes_on = sweep_to(monday_us + 3 * year_us);
    const std::size_t left = ids().size();
    record({test::Delivery{kept_edge_us + day_us, "M", "new", "m1"},
            test::Order{kept_edge_us + day_us, "new", "m1"}});
    EXPECT_EQ(ids().size(), left + 1);
    EXPECT_TRUE(snapshot()->order("new"));
    EXPECT_EQ(snapshot()->sources().at(0).skipped, 0);
    EXPECT_THAT(host_.lines, Contains(HasSubstr("now on they are kept from 2025-12-02 on")));
    EXPECT_GT(kept_from_us(), monday_us - 2 * day_us) << "what is gone is told";
    EXPECT_LE(kept_from_us(), monday_us + day_us);
    expect_sound();
    // All that the member is known for is found again.
    const auto read = snapshot();
    const auto member = read->member("m1");
    ASSERT_TRUE(member);
    EXPECT_GE(read->deliveries_of(member->number, 0, monday_us, 100).size(), 1U);
    expire();
    EXPECT_EQ(ids().count("new"), 1U);
    expect_sound();
    ASSERT_LT(steps, 100);
  }
  EXPECT_GT(steps, 4);
}

TEST_F(WrongClock, ALongerSettingIsInForceAtOnce) {
  record({test::Delivery{kept_edge_us - 1, "M", "too old", "kim"}});
  record_some();
  ASSERT_EQ(kept_from_us(), kept_edge_us);
  set("retention.days", "365");
  pass(2 * minute_us);
  expect_kept("older", kept_edge_us - 30 * day_us);
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  expect_sound();
}

TEST_F(WrongClock, EventsOfTheFarFutureMoveNoCutoffAndHideNothing) {
  constexpr std::int64_t far_us = CRM_TIME_US_MAX - 1;
  record_some();
  record({test::Message{far_us, "FAR"}, test::Delivery{far_us, "FAR", "far", "member-1"},
          test::Touch{far_us, "FAR", "far", "member-1"}, test::Order{far_us, "far", "member-1"},
          test::Delivery{far_us, "M", "far", "member-30"},
          test::Touch{far_us, "M", "far", "member-30"}});
  pass(hour_us);
  expect_kept("after", monday_us - 80 * day_us);
  record({test::Delivery{kept_edge_us - 1, "M", "too old", "kim"}});
  expire();
  EXPECT_EQ(kept_from_us(), kept_edge_us);
  EXPECT_EQ(ids(), (std::set<std::string>{"1", "30", "60", "89", "after", "far"}));
  const auto read = snapshot();
  EXPECT_EQ(read->sources().at(0).recorded_at_us, host_.now_us);
  MessageFilter filter;
  filter.kind = MessageKind::manual;
  for (const MessageSort sort : {MessageSort::activity, MessageSort::sent}) {
    EXPECT_EQ(read->messages(filter, {sort, true, {}, 50}).size(), 2U);
  }
  // The order of that time takes no credit from those of ours, and they find their touches.
  EXPECT_EQ(money("M").orders, 4);
  EXPECT_EQ(host_.lines.size(), 0U);
}

}  // namespace

}  // namespace message_history
