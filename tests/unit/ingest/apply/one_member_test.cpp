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

constexpr int few_events = 500;
constexpr int many_events = 4'000;
constexpr int transaction_events = 50;
// Of what many events before it make one cost, against a few: trees get deeper and have more runs.
// What is read for each of them costs eight times as much.
constexpr int growth_max = 3;

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

// Events after many others cost about what they do after a few.
void expect_cost_does_not_grow(const EventOf& event) {
  test::CountedShop shop;
  record_from_to(shop, event, 0, few_events);
  const std::int64_t after_few = record_from_to(shop, event, few_events, 2 * few_events);
  record_from_to(shop, event, 2 * few_events, many_events);
  const std::int64_t after_many =
      record_from_to(shop, event, many_events, many_events + few_events);
  EXPECT_LT(after_many, after_few * growth_max);
}

test::Event guest_click(std::int64_t at_us, int message) {
  return test::Touch{at_us, "M" + std::to_string(message), "", "guest"};
}

TEST(OneMember, clicksOneMessageAllDay) {
  expect_cost_does_not_grow([](int i) { return guest_click(monday_us + i, 0); });
}

TEST(OneMember, clicksManyMessagesAllDay) {
  expect_cost_does_not_grow([](int i) { return guest_click(monday_us + i, i % 100); });
}

// On the second day each click asks when the member clicked the message before.
TEST(OneMember, clicksManyMessagesAgainTheNextDay) {
  const auto steps_of_second_day = [](int messages) {
    test::CountedShop shop;
    const auto event = [&](int i) {
      const int day = i / messages;
      return guest_click(monday_us + day * day_us + i, i % messages);
    };
    record_from_to(shop, event, 0, messages);
    return record_from_to(shop, event, messages, messages + few_events);
  };
  EXPECT_LT(steps_of_second_day(many_events), steps_of_second_day(few_events) * growth_max);
}

// The late events fall between the early ones, evenly.
void expect_cost_of_late_ones_does_not_grow(const EventOf& early, const EventOf& late) {
  const auto steps_of_late = [&](int count) {
    test::CountedShop shop;
    record_from_to(shop, early, 0, 2 * count);
    const int apart = count / few_events;
    return record_from_to(
        shop, [&](int i) { return late(i * apart); }, 0, few_events);
  };
  EXPECT_LT(steps_of_late(many_events), steps_of_late(few_events) * growth_max);
}

test::Event guest_order(std::int64_t at_us, int number) {
  return test::Order{at_us, "O" + std::to_string(number), "guest"};
}

test::Event guest_delivery(std::int64_t at_us, int number, std::uint32_t status) {
  return test::Delivery{at_us, "M", "d" + std::to_string(number), "guest", status};
}

constexpr std::int64_t apart_us = 1'000;  // so that all lie in every window

TEST(OneMember, ordersAfterEachOfManyClicks) {
  expect_cost_does_not_grow([](int i) {
    const std::int64_t at_us = monday_us + i * apart_us;
    return i % 2 == 0 ? guest_click(at_us, i % 10) : guest_order(at_us, i);
  });
}

TEST(OneMember, clicksLateBetweenManyClicksAndOrders) {
  expect_cost_of_late_ones_does_not_grow(
      [](int i) {
        const std::int64_t at_us = monday_us + i * apart_us;
        return i % 2 == 0 ? guest_click(at_us, i % 10) : guest_order(at_us, i);
      },
      [](int i) { return guest_click(monday_us + 2 * i * apart_us + 1, 3); });
}

TEST(OneMember, isReachedLateBetweenManyClicksAndOrders) {
  expect_cost_of_late_ones_does_not_grow(
      [](int i) {
        const std::int64_t at_us = monday_us + i * apart_us;
        return i % 2 == 0 ? guest_click(at_us, i % 10) : guest_order(at_us, i);
      },
      [](int i) { return guest_delivery(monday_us + 2 * i * apart_us + 1, i, CRM_DELIVERY_SENT); });
}

TEST(OneMember, isReachedLateBetweenManyDeliveriesAndOrders) {
  expect_cost_of_late_ones_does_not_grow(
      [](int i) {
        const std::int64_t at_us = monday_us + i * apart_us;
        return i % 2 == 0 ? guest_delivery(at_us, i, CRM_DELIVERY_SENT) : guest_order(at_us, i);
      },
      [](int i) {
        return guest_delivery(monday_us + 2 * i * apart_us + 1, 1'000'000 + i, CRM_DELIVERY_SENT);
      });
}

TEST(OneMember, ordersLateBetweenManyClicksAndOrders) {
  expect_cost_of_late_ones_does_not_grow(
      [](int i) {
        const std::int64_t at_us = monday_us + i * apart_us;
        return i % 2 == 0 ? guest_click(at_us, i % 10) : guest_order(at_us, i);
      },
      [](int i) { return guest_order(monday_us + 2 * i * apart_us + 1, 1'000'000 + i); });
}

TEST(OneMember, clicksManyTimesAtOneTimeAndOrders) {
  expect_cost_does_not_grow([](int i) -> test::Event {
    if (i % 2 == 0) return guest_order(monday_us + day_us + i, i);
    return test::Touch{monday_us, "M", "d" + std::to_string(i), "guest"};
  });
}

TEST(OneMember, isReachedManyTimesAtOneTimeAndOrders) {
  expect_cost_does_not_grow([](int i) {
    return i % 2 == 0 ? guest_order(monday_us + i, i)
                      : guest_delivery(monday_us, i, CRM_DELIVERY_SENT);
  });
}

// Of a message with a control group, each order asks who was reached before it.
TEST(OneMember, convertsManyTimes) {
  expect_cost_does_not_grow([](int i) {
    const std::int64_t at_us = monday_us + i * apart_us;
    if (i == 0) return guest_delivery(at_us, i, CRM_DELIVERY_HELD_OUT);
    return i % 2 == 0 ? guest_order(at_us, i) : guest_delivery(at_us, i, CRM_DELIVERY_SENT);
  });
}

// What counts as gone is walked once a transaction, and not for each event.
TEST(OneMember, clicksManyMessagesWhileOldClicksAreDropped) {
  const auto steps_of_young = [](int old_clicks) {
    test::CountedShop shop;
    const auto event = [](int i) { return guest_click(monday_us + i * apart_us, i % 100); };
    record_from_to(shop, event, 0, old_clicks);
    shop.begin_sweep(monday_us + old_clicks * apart_us);
    return record_from_to(shop, event, old_clicks, old_clicks + few_events);
  };
  EXPECT_LT(steps_of_young(many_events), steps_of_young(few_events) * 4);
}

TEST(OneOrder, isRefundedManyTimes) {
  expect_cost_does_not_grow([](int i) -> test::Event {
    if (i == 0) return guest_order(monday_us, 0);
    return test::Refund{monday_us + i, "r" + std::to_string(i), "O0", 1};
  });
}

TEST(OneOrder, isRefundedManyTimesBeforeItComes) {
  expect_cost_does_not_grow([](int i) {
    return test::Refund{monday_us + i, "r" + std::to_string(i), "O0", 1};
  });
}

TEST(OneOrder, isEditedWhileItHasManyRefunds) {
  const auto steps_of_edits = [](int refunds) {
    test::CountedShop shop;
    shop.record({guest_order(monday_us, 0)});
    record_from_to(
        shop,
        [](int i) {
          return test::Refund{monday_us + i, "r" + std::to_string(i), "O0", 1};
        },
        0, refunds);
    const auto edit = [](int i) {
      test::Order order{monday_us, "O0", "guest", 10 + i};
      order.revision = i + 1;
      return order;
    };
    return record_from_to(shop, edit, 0, few_events);
  };
  EXPECT_LT(steps_of_edits(many_events), steps_of_edits(few_events) * growth_max);
}

}  // namespace

}  // namespace message_history
