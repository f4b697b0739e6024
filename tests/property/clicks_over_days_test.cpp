// Members with a click, counted once over any period, whatever order their clicks came in.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "calendar/time_zone.h"
#include "support/every_kind.h"
#include "support/recorder_fixture.h"

namespace {

using message_history::MemberNo;
using message_history::MemberRow;
using message_history::MessageNo;
using message_history::Snapshot;
using test::day_us;
using test::hour_us;
using test::monday_us;

constexpr int days = 60;
constexpr int messages = 4;

test::Message automatic(int number) {
  test::Message message{monday_us, "M" + std::to_string(number)};
  message.kind = CRM_MESSAGE_AUTOMATIC;
  return message;
}

// Few members who click on many days; some are erased in between, one message changes its kind.
std::vector<test::Event> clicks(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<test::Event> events;
  for (int i = 0; i < messages; ++i) events.push_back(automatic(i));
  test::Message was_manual = automatic(0);
  was_manual.at_us -= hour_us;
  was_manual.kind = CRM_MESSAGE_MANUAL;
  events.push_back(was_manual);
  for (int i = 0; i < 260; ++i) {
    const auto at_us = monday_us + static_cast<std::int64_t>(random() % (24 * days)) * hour_us;
    const auto kind = random() % 5 == 0 ? CRM_TOUCH_OPEN : CRM_TOUCH_CLICK;
    events.push_back(test::Touch{at_us, "M" + std::to_string(random() % messages), "",
                                 "member " + std::to_string(random() % 6), kind});
  }
  events.push_back(test::Erased{monday_us + 30 * day_us, "member 1"});
  events.push_back(test::Erased{monday_us + 20 * day_us, "member 2"});
  events.push_back(test::Erased{monday_us + 40 * day_us, "member 2"});
  return events;
}

void record(test::RecorderFixture& shop, const std::vector<const test::Event*>& events,
            std::size_t batch_events) {
  for (std::size_t begin = 0; begin < events.size(); begin += batch_events) {
    test::EventList list;
    for (std::size_t i = begin; i < std::min(events.size(), begin + batch_events); ++i) {
      list.add(*events[i], ++shop.seq);
    }
    ASSERT_EQ(shop.record(list).rejected, 0u) << shop.rejections[0].reason;
  }
}

using ClickDays = std::map<MessageNo, std::map<MemberNo, std::set<std::int32_t>>>;

ClickDays stored_click_days(Snapshot& snapshot) {
  auto zone = *message_history::TimeZone::find("Asia/Seoul");
  std::vector<MemberNo> members;
  snapshot.each_member({1}, snapshot.last_member().value,
                       [&](const MemberRow& row) { members.push_back(row.number); });
  ClickDays found;
  for (const MemberNo member : members) {
    for (const auto& touch : snapshot.touches_of(member, 0, CRM_TIME_US_MAX, 10'000)) {
      if (touch.kind != message_history::TouchKind::click) continue;
      found[touch.message][member].insert(zone.day_of(touch.at_us));
    }
  }
  return found;
}

std::int64_t members_between(const ClickDays& all, MessageNo message, std::int32_t first,
                             std::int32_t last) {
  std::int64_t members = 0;
  const auto found = all.find(message);
  if (found == all.end()) return 0;
  for (const auto& [member, clicked] : found->second) {
    const auto day = clicked.lower_bound(first);
    if (day != clicked.end() && *day <= last) ++members;
  }
  return members;
}

void expect_every_period_counts_members_once(test::RecorderFixture& shop) {
  const auto snapshot = shop.snapshot();
  const ClickDays all = stored_click_days(*snapshot);
  ASSERT_FALSE(all.empty());
  const auto first_day = static_cast<std::int32_t>(monday_us / day_us) - 1;
  for (std::int32_t first = first_day; first <= first_day + days + 1; ++first) {
    for (std::int32_t last = first; last <= first_day + days + 1; ++last) {
      std::map<MessageNo, std::int64_t> counted;
      for (const auto& row :
           snapshot->period(message_history::MessageKind::automatic, {first, last}, 100)) {
        counted[row.message] = row.counts.clicks;
      }
      for (const auto& [message, members] : all) {
        ASSERT_EQ(counted[message], members_between(all, message, first, last))
            << "message " << message.value << ", days " << first << " to " << last;
      }
    }
  }
}

class ClicksOverDays : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ClicksOverDays, countAMemberOnceInEveryPeriod) {
  const std::uint64_t seed = GetParam();
  const std::vector<test::Event> events = clicks(seed);
  test::RecorderFixture shop;
  record(shop, test::permuted(events, seed), 10 + seed * 7);
  expect_every_period_counts_members_once(shop);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClicksOverDays, testing::Range<std::uint64_t>(1, 5));

TEST(ClicksOverDays, ofAMessageThatIsNoLongerAutomaticAndIsAgainAreThere) {
  test::RecorderFixture shop;
  const auto click = [](int day) { return test::Touch{monday_us + day * day_us, "M0", "", "kim"}; };
  shop.record({automatic(0), click(0), click(3)});
  test::Message manual = automatic(0);
  manual.at_us += day_us;
  manual.kind = CRM_MESSAGE_MANUAL;
  shop.record({manual, click(20)});
  EXPECT_TRUE(
      shop.snapshot()->period(message_history::MessageKind::automatic, {0, 100'000}, 10).empty());
  test::Message again = automatic(0);
  again.at_us += 2 * day_us;
  shop.record({again});
  expect_every_period_counts_members_once(shop);
}

}  // namespace
