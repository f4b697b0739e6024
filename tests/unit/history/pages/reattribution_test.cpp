// Deciding all orders again in one sweep, against deciding each as it arrived.
#include "history/pages/reattribution.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/recorder_fixture.h"

namespace message_history {
namespace {

using test::day_us;
using test::hour_us;
using test::monday_us;

std::string id_of(const char* prefix, std::uint64_t number) {
  return prefix + std::to_string(number);
}

// A small busy shop: many touches at the same times, so that ties are decided as well.
std::vector<test::Event> random_events(std::mt19937_64& random, int count) {
  std::vector<test::Event> events;
  const auto at = [&] { return monday_us + static_cast<std::int64_t>(random() % 240) * hour_us; };
  for (int i = 0; i < count; ++i) {
    const std::string message = id_of("m", random() % 6);
    const std::string member = id_of("member-", random() % 12);
    switch (random() % 4) {
      case 0:
        events.push_back(test::Touch{at(), message,
                                     random() % 2 == 0 ? "" : id_of("d", random() % 40), member,
                                     static_cast<std::uint32_t>(CRM_TOUCH_OPEN + random() % 3)});
        break;
      case 1:
        events.push_back(test::Order{
            at(), id_of("o", random() % 400), random() % 10 == 0 ? "" : member,
            static_cast<std::int64_t>(random() % 100'000), random() % 8 == 0 ? message : "",
            random() % 5 == 0 ? "USD" : "KRW", static_cast<std::int64_t>(random() % 3)});
        break;
      case 2:
        events.push_back(test::Refund{at(), id_of("r", random() % 50), id_of("o", random() % 400)});
        break;
      default: {
        const std::uint64_t number = random() % 500;
        events.push_back(test::Delivery{
            at(), id_of("m", number % 6), id_of("d", number), id_of("member-", number % 12),
            static_cast<std::uint32_t>(CRM_DELIVERY_SKIPPED + random() % 7)});
      }
    }
  }
  return events;
}

using Snapshots = std::vector<std::unique_ptr<Snapshot>>;

Snapshots snapshots(test::RecorderFixture& shop, std::size_t count) {
  Snapshots taken;
  while (taken.size() < count) taken.push_back(shop.snapshot());
  return taken;
}

TEST(Reattribution, UnderTheRuleInForceGivesWhatIsCredited) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20; ++round) {
    test::RecorderFixture shop;
    for (int batch = 0; batch < 10; ++batch) shop.record(random_events(random, 100));
    const Sold expected = credited(*shop.snapshot());
    ASSERT_FALSE(expected.empty());
    for (const std::size_t threads : {1, 2, 3, 7}) {
      ASSERT_EQ(reattribute(shop.rule(), snapshots(shop, threads)), expected) << threads;
    }
  }
}

TEST(Reattribution, UnderAnotherRuleGivesWhatThatRuleWouldHaveCredited) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20; ++round) {
    test::RecorderFixture shop;
    test::RecorderFixture other;
    other.set("attribution.click_window_hours", std::to_string(random() % 100));
    other.set("attribution.coupon_window_hours", std::to_string(random() % 100));
    other.set("attribution.open_window_hours", std::to_string(random() % 100));
    other.set("attribution.delivered_window_hours", std::to_string(random() % 100));
    for (int batch = 0; batch < 5; ++batch) {
      const auto events = random_events(random, 100);
      shop.record(events);
      other.record(events);
    }
    ASSERT_EQ(reattribute(other.rule(), snapshots(shop, 2)), credited(*other.snapshot()));
  }
}

TEST(Reattribution, AnEmptyShopSoldNothing) {
  test::RecorderFixture shop;
  shop.record({test::Message{monday_us, "m1"}});
  EXPECT_TRUE(reattribute(shop.rule(), snapshots(shop, 2)).empty());
}

TEST(LatestTouches, ChooseAsLastTouchDoes) {
  std::mt19937_64 random(3);
  const MessageIds ids = {"", "b", "a", "c"};
  for (int round = 0; round < 3'000; ++round) {
    Rule rule;
    rule.click_window_us = static_cast<std::int64_t>(random() % 20);
    rule.coupon_window_us = static_cast<std::int64_t>(random() % 20);
    rule.open_window_us = static_cast<std::int64_t>(random() % 20);
    rule.delivered_window_us = static_cast<std::int64_t>(random() % 20);
    std::vector<Touch> touches(random() % 12);
    for (Touch& touch : touches) {
      touch.kind = static_cast<TouchKind>(1 + random() % 4);
      touch.at_us = static_cast<std::int64_t>(random() % 20);
      touch.message = {static_cast<std::int64_t>(1 + random() % 3)};
      touch.message_id = ids[static_cast<std::size_t>(touch.message.value)];
      touch.delivery_id = id_of("d", random() % 3);
    }
    std::stable_sort(touches.begin(), touches.end(),
                     [](const Touch& a, const Touch& b) { return a.at_us < b.at_us; });
    LatestTouches latest(ids);
    std::size_t added = 0;
    for (std::int64_t now = 0; now < 25; ++now) {
      for (; added < touches.size() && touches[added].at_us <= now; ++added) {
        const Touch& touch = touches[added];
        latest.add({touch.kind, touch.at_us, touch.message, touch.delivery_id});
      }
      const auto expected = last_touch(rule, touches, now);
      const SweptTouch* const winner = latest.winner(rule, now);
      ASSERT_EQ(winner != nullptr, expected.has_value());
      if (winner == nullptr) continue;
      const Touch& best = touches[*expected];
      ASSERT_EQ(std::tie(winner->kind, winner->at_us, winner->message),
                std::tie(best.kind, best.at_us, best.message));
      ASSERT_EQ(winner->delivery_id, best.delivery_id);
    }
  }
}

}  // namespace
}  // namespace message_history
