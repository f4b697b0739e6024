// What a generated shop looks like to a marketer: sizes, rates, roles and the course of things.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/generated_shop.h"

namespace {

using test::as_delivery;
using test::as_message;
using test::as_order;
using test::as_refund;
using test::as_touch;
using test::text;

constexpr int64_t hour_us = 3'600'000'000;
constexpr int64_t day_us = 24 * hour_us;

struct MessageSeen {
  uint32_t kind = 0;
  uint32_t state = 0;
  std::string name;
  int64_t scheduled_at_us = 0;
  int64_t audience = -1;
  int64_t deliveries = 0;
  int64_t recipients = 0;
  int64_t first_us = 0;
  int64_t last_us = 0;
  std::map<uint32_t, int64_t> by_status;
};

struct OrderSeen {
  int64_t at_us = 0;
  int64_t amount_minor = 0;
  int64_t revision = 0;
  int64_t refunded_minor = 0;
  std::string member;
};

// A shop of 300,000 deliveries, looked at as a whole.
class GeneratedShop : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    settings_.members = 50'000;
    settings_.messages = 120;
    settings_.deliveries = 300'000;
    settings_.orders = 3'000;
    test::for_each_event(settings_, look);
  }

  static void look(const crm_event& event) {
    last_us_ = event.at_us;
    if (const auto* message = as_message(event)) look_at(*message);
    if (const auto* delivery = as_delivery(event)) look_at(*delivery);
    if (const auto* touch = as_touch(event)) look_at(*touch);
    if (const auto* order = as_order(event)) look_at(*order);
    if (const auto* refund = as_refund(event)) {
      orders_.at(text(refund->order_id)).refunded_minor += refund->amount_minor;
    }
  }

  static void look_at(const crm_event_message& event) {
    MessageSeen& message = messages_[text(event.message_id)];
    message.kind = event.message_kind;
    message.state = event.state;
    message.name = text(event.name);
    message.scheduled_at_us = event.scheduled_at_us;
    if ((event.head.flags & CRM_MESSAGE_HAS_AUDIENCE) != 0) message.audience = event.audience;
  }

  static void look_at(const crm_event_delivery& event) {
    MessageSeen& message = messages_.at(text(event.message_id));
    if (message.deliveries == 0) message.first_us = event.head.at_us;
    message.last_us = event.head.at_us;
    ++message.deliveries;
    ++message.by_status[event.status];
    ++by_status_[event.status];
    ++by_channel_[event.channel];
    members_.insert(text(event.member_id));
    if (event.fallback_of.size == 0) {
      ++message.recipients;
    } else {
      ++fallbacks_;
      EXPECT_THAT(event.channel, testing::AnyOf(CRM_CHANNEL_SMS, CRM_CHANNEL_LMS));
      EXPECT_EQ(statuses_.at(text(event.fallback_of)), CRM_DELIVERY_FAILED);
    }
    const bool has_cost = (event.head.flags & CRM_DELIVERY_HAS_COST) != 0;
    const bool is_success =
        event.status == CRM_DELIVERY_SENT || event.status == CRM_DELIVERY_DELIVERED;
    const bool is_free = event.channel == CRM_CHANNEL_EMAIL || event.channel == CRM_CHANNEL_PUSH;
    EXPECT_EQ(has_cost, is_success && !is_free);
    EXPECT_EQ(text(event.currency), has_cost ? "KRW" : "");
    statuses_[text(event.delivery_id)] = event.status;
    sent_us_[text(event.delivery_id)] = event.head.at_us;
  }

  static void look_at(const crm_event_touch& event) {
    ++by_touch_[event.touch];
    const std::string id = text(event.delivery_id);
    EXPECT_THAT(statuses_.at(id), testing::AnyOf(CRM_DELIVERY_SENT, CRM_DELIVERY_DELIVERED));
    if (event.touch == CRM_TOUCH_CLICK) {
      click_delays_us_.push_back(event.head.at_us - sent_us_.at(id));
    }
  }

  static void look_at(const crm_event_order& event) {
    OrderSeen& order = orders_[text(event.order_id)];
    if (event.revision == 0) {
      order.at_us = event.head.at_us;
    } else {
      EXPECT_GT(event.head.at_us, order.at_us);
      EXPECT_EQ(event.revision, order.revision + 1);
      EXPECT_EQ(text(event.member_id), order.member);
    }
    order.amount_minor = event.amount_minor;
    order.revision = event.revision;
    order.member = text(event.member_id);
    EXPECT_GE(event.line_count, 1u);
    for (uint64_t i = 0; i < event.line_count; ++i) {
      with_option_ += event.lines[i]->option.size > 0 ? 1 : 0;
      with_option_price_ += event.lines[i]->option_price_minor != 0 ? 1 : 0;
      several_ += event.lines[i]->quantity > 1 ? 1 : 0;
      EXPECT_GE(event.lines[i]->quantity, 1);
    }
  }

  static std::vector<const MessageSeen*> messages_of(uint32_t kind) {
    std::vector<const MessageSeen*> found;
    for (const auto& [id, message] : messages_) {
      if (message.kind == kind) found.push_back(&message);
    }
    return found;
  }

  static int64_t begin_us() {
    return std::chrono::sys_days(settings_.from).time_since_epoch().count() * day_us - 9 * hour_us;
  }
  static int64_t end_us() {
    return begin_us() + host_stub::default_days(settings_.messages) * day_us;
  }

  static double permille(int64_t part, int64_t whole) {
    return 1000.0 * static_cast<double>(part) / static_cast<double>(whole);
  }

  inline static host_stub::GeneratorSettings settings_;
  inline static std::map<std::string, MessageSeen> messages_;
  inline static std::map<std::string, OrderSeen> orders_;
  inline static std::map<std::string, uint32_t> statuses_;
  inline static std::map<std::string, int64_t> sent_us_;
  inline static std::map<uint32_t, int64_t> by_status_;
  inline static std::map<uint32_t, int64_t> by_channel_;
  inline static std::map<uint32_t, int64_t> by_touch_;
  inline static std::set<std::string> members_;
  inline static std::vector<int64_t> click_delays_us_;
  inline static int64_t fallbacks_ = 0;
  inline static int64_t with_option_ = 0;
  inline static int64_t with_option_price_ = 0;
  inline static int64_t several_ = 0;
  inline static int64_t last_us_ = 0;
};

TEST_F(GeneratedShop, HasMostlyManualAndSomeAutomaticMessages) {
  EXPECT_EQ(messages_.size(), 120u);
  EXPECT_EQ(messages_of(CRM_MESSAGE_AUTOMATIC).size(), 15u);
  for (const auto& [id, message] : messages_) EXPECT_FALSE(message.name.empty()) << id;
}

TEST_F(GeneratedShop, AutomaticMessagesGoOnOverTheWholePeriod) {
  for (const MessageSeen* message : messages_of(CRM_MESSAGE_AUTOMATIC)) {
    EXPECT_EQ(message->state, CRM_STATE_SENDING) << message->name;
    EXPECT_LT(message->first_us, begin_us() + 3 * day_us) << message->name;
    EXPECT_GT(message->last_us, end_us() - 3 * day_us) << message->name;
  }
}

TEST_F(GeneratedShop, ManualMessagesGoOutByDayAndAreCompleted) {
  std::map<uint32_t, int> by_state;
  for (const MessageSeen* message : messages_of(CRM_MESSAGE_MANUAL)) {
    ++by_state[message->state];
    const int64_t time_us = (message->scheduled_at_us + 9 * hour_us) % day_us;
    EXPECT_GE(time_us, 9 * hour_us) << message->name;
    EXPECT_LE(time_us, 20 * hour_us + hour_us / 2) << message->name;
    if (message->state != CRM_STATE_COMPLETED) {
      EXPECT_EQ(message->deliveries, 0) << message->name;
      continue;
    }
    EXPECT_GE(message->first_us, message->scheduled_at_us) << message->name;
    EXPECT_EQ(message->audience, message->recipients) << message->name;
  }
  EXPECT_EQ(by_state[CRM_STATE_SCHEDULED], 1);
  EXPECT_EQ(by_state[CRM_STATE_CANCELLED], 1);
  EXPECT_EQ(by_state[CRM_STATE_COMPLETED], 103);
}

TEST_F(GeneratedShop, ScheduledMessageIsForAfterThePeriod) {
  for (const auto& [id, message] : messages_) {
    if (message.state != CRM_STATE_SCHEDULED) continue;
    EXPECT_GT(message.scheduled_at_us, end_us()) << id;
  }
}

TEST_F(GeneratedShop, OneMessageFailsForEveryoneAndOneHasAControlGroup) {
  int failed = 0;
  int with_control_group = 0;
  for (const auto& [id, message] : messages_) {
    const auto count = [&](uint32_t status) {
      const auto found = message.by_status.find(status);
      return found == message.by_status.end() ? 0 : found->second;
    };
    if (message.deliveries > 0 && count(CRM_DELIVERY_FAILED) == message.deliveries) ++failed;
    if (count(CRM_DELIVERY_HELD_OUT) == 0) continue;
    ++with_control_group;
    EXPECT_NEAR(permille(count(CRM_DELIVERY_HELD_OUT), message.recipients), 100, 10);
  }
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(with_control_group, 1);
}

TEST_F(GeneratedShop, FewMessagesHaveMostOfTheDeliveries) {
  std::vector<int64_t> sizes;
  for (const MessageSeen* message : messages_of(CRM_MESSAGE_MANUAL)) {
    if (message->deliveries > 0) sizes.push_back(message->deliveries);
  }
  std::sort(sizes.begin(), sizes.end());
  EXPECT_GT(sizes.back(), 500 * sizes[sizes.size() / 2]);
  EXPECT_GT(sizes[sizes.size() * 3 / 4], 50 * sizes[sizes.size() / 2]);
}

TEST_F(GeneratedShop, RatesAreThoseOfRealShops) {
  const int64_t tried =
      settings_.deliveries - by_status_[CRM_DELIVERY_SKIPPED] - by_status_[CRM_DELIVERY_HELD_OUT];
  const int64_t success = by_status_[CRM_DELIVERY_SENT] + by_status_[CRM_DELIVERY_DELIVERED];
  EXPECT_NEAR(permille(by_status_[CRM_DELIVERY_FAILED], tried), 32, 12);
  EXPECT_NEAR(permille(by_touch_[CRM_TOUCH_CLICK], success), 11, 5);
  const int64_t opened_by_channel = by_channel_[CRM_CHANNEL_EMAIL] + by_channel_[CRM_CHANNEL_PUSH];
  EXPECT_NEAR(permille(by_touch_[CRM_TOUCH_OPEN], opened_by_channel), 180, 30);
  EXPECT_GT(by_touch_[CRM_TOUCH_COUPON], 0);
  EXPECT_GT(by_status_[CRM_DELIVERY_SKIPPED], 0);
  EXPECT_GT(by_status_[CRM_DELIVERY_UNCERTAIN], 0);
  EXPECT_GT(by_status_[CRM_DELIVERY_ACCEPTED], 0);
  EXPECT_GT(fallbacks_, 0);
}

TEST_F(GeneratedShop, HalfOfTheClicksComeWithinTwoHoursAndTheAverageWithinADay) {
  std::sort(click_delays_us_.begin(), click_delays_us_.end());
  const int64_t median_us = click_delays_us_[click_delays_us_.size() / 2];
  EXPECT_NEAR(static_cast<double>(median_us) / hour_us, 2.1, 0.5);
  double sum_h = 0;
  for (const int64_t delay_us : click_delays_us_) sum_h += static_cast<double>(delay_us) / hour_us;
  EXPECT_NEAR(sum_h / static_cast<double>(click_delays_us_.size()), 23, 4);
}

TEST_F(GeneratedShop, OrdersAreEditedRefundedAndSometimesNobodys) {
  int64_t edited = 0;
  int64_t refunded = 0;
  int64_t in_part = 0;
  int64_t guests = 0;
  for (const auto& [id, order] : orders_) {
    edited += order.revision > 0 ? 1 : 0;
    refunded += order.refunded_minor > 0 ? 1 : 0;
    in_part += order.refunded_minor > 0 && order.refunded_minor < order.amount_minor ? 1 : 0;
    guests += order.member.empty() ? 1 : 0;
    EXPECT_LE(order.refunded_minor, order.amount_minor) << id;
    EXPECT_GE(order.at_us, begin_us()) << id;
  }
  const auto count = static_cast<int64_t>(orders_.size());
  EXPECT_EQ(count, 3'000);
  EXPECT_NEAR(permille(edited, count), 40, 15);
  EXPECT_NEAR(permille(refunded, count), 70, 20);
  EXPECT_GT(in_part, 0);
  EXPECT_NEAR(permille(guests, count), 53, 20);
  EXPECT_GT(with_option_, 0);
  EXPECT_GT(with_option_price_, 0);
  EXPECT_GT(several_, 0);
}

TEST_F(GeneratedShop, SomeMembersAreKnownByAnAddress) {
  const auto addresses = std::count_if(members_.begin(), members_.end(), [](const auto& member) {
    return member.ends_with("@example.com");
  });
  EXPECT_NEAR(permille(addresses, static_cast<int64_t>(members_.size())), 25, 5);
  EXPECT_TRUE(std::all_of(members_.begin(), members_.end(), [](const auto& member) {
    return member.size() == 8 || member.ends_with("@example.com");
  }));
}

}  // namespace
