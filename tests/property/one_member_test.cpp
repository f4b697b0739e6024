// Orders decided as events arrive, against deciding each anew from everything that is stored: few
// members with long histories, equal times, every kind of touch, late arrivals and removals.

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "attribution/last_touch.h"
#include "model/recipient.h"
#include "support/counted_shop.h"
#include "support/recorder_fixture.h"

namespace message_history {

namespace {

using test::day_us;
using test::hour_us;
using test::monday_us;

constexpr int orders_of_shop = 40;
constexpr int messages_of_shop = 3;
constexpr std::int64_t rows_max = 100'000;

std::string numbered(const char* prefix, std::uint64_t number) {
  return prefix + std::to_string(number);
}

// Windows that differ by kind, some of them none.
Rule random_rule(std::mt19937_64& random) {
  const auto window_us = [&] {
    return random() % 4 == 0 ? 0 : static_cast<std::int64_t>(random() % 60) * hour_us;
  };
  Rule rule;
  rule.click_window_us = window_us();
  rule.coupon_window_us = window_us();
  rule.open_window_us = window_us();
  rule.delivered_window_us = window_us();
  rule.conversion_window_us = window_us();
  return rule;
}

class Histories {
 public:
  explicit Histories(std::uint64_t seed)
      : random_(seed),
        members_(1 + random_() % 3),
        hours_(20 + random_() % 200),
        step_us_(random_() % 2 == 0 ? hour_us : hour_us / 4) {}

  std::mt19937_64& random() { return random_; }

  std::vector<test::Event> batch() {
    std::vector<test::Event> events;
    for (std::uint64_t count = 1 + random_() % 40; count > 0; --count) events.push_back(event());
    return events;
  }

 private:
  std::int64_t at() { return monday_us + static_cast<std::int64_t>(random_() % hours_) * step_us_; }
  std::string member() { return numbered("member-", random_() % members_); }
  std::string message() { return numbered("M", random_() % messages_of_shop); }

  test::Event event() {
    switch (random_() % 10) {
      case 0:
      case 1:
      case 2:
        return touch();
      case 3:
      case 4:
      case 5:
        return order();
      case 6:
        return test::Refund{at(), numbered("r", random_() % 20), numbered("o", random_() % 60)};
      case 7:
        if (random_() % 20 == 0) return test::Erased{at(), member()};
        return touch();
      default:
        return delivery();
    }
  }

  test::Event touch() {
    return test::Touch{at(), message(), random_() % 2 == 0 ? "" : numbered("d", random_() % 9),
                       member(), static_cast<std::uint32_t>(CRM_TOUCH_OPEN + random_() % 3)};
  }

  // Versions may move an order to another time, member or message.
  test::Event order() {
    const std::uint64_t number = random_() % orders_of_shop;
    const bool same_member = random_() % 4 != 0;
    test::Order order{at(), numbered("o", number),
                      same_member ? numbered("member-", number % members_) : member(),
                      static_cast<std::int64_t>(random_() % 10'000)};
    if (random_() % 6 == 0) order.message = message();
    order.revision = static_cast<std::int64_t>(random_() % 3);
    return order;
  }

  test::Event delivery() {
    const std::uint64_t number = random_() % 60;
    const auto status = static_cast<std::uint32_t>(CRM_DELIVERY_SKIPPED + random_() % 7);
    test::Delivery delivery{at(), numbered("M", number % messages_of_shop), numbered("d", number),
                            numbered("member-", number % members_), status};
    if (random_() % 6 == 0) delivery.fallback_of = numbered("d", (number + messages_of_shop) % 60);
    return delivery;
  }

  std::mt19937_64 random_;
  const std::uint64_t members_;
  const std::uint64_t hours_;
  const std::int64_t step_us_;
};

// What an order is credited to, decided from everything the store has.
class FromScratch {
 public:
  FromScratch(Snapshot& snapshot, const Rule& rule) : snapshot_(snapshot), rule_(rule) {}

  std::optional<Touch> winner(const Order& order) {
    std::vector<Touch> touches;
    if (order.version.message) {
      touches.push_back({TouchKind::explicit_message, order.placed_at_us, order.version.message,
                         order.version.message_id, ""});
    }
    if (is_person(order.member)) {
      const std::vector<Touch>& of_member = touches_of(order.member);
      touches.insert(touches.end(), of_member.begin(), of_member.end());
    }
    const auto winner = last_touch(rule_, touches, order.placed_at_us);
    return winner ? std::optional(touches[*winner]) : std::nullopt;
  }

 private:
  const std::vector<Touch>& touches_of(MemberNo member) {
    const auto [known, is_new] = touches_.try_emplace(member);
    std::vector<Touch>& touches = known->second;
    if (!is_new) return touches;
    for (const TouchRow& row : snapshot_.touches_of(member, 0, CRM_TIME_US_MAX, rows_max)) {
      touches.push_back({row.kind, row.at_us, row.message, id_of(row.message), row.delivery_id});
    }
    for (const Delivery& row : snapshot_.deliveries_of(member, 0, CRM_TIME_US_MAX, rows_max)) {
      const auto success_us = row.state.success_at_us();
      if (!success_us) continue;
      touches.push_back(
          {TouchKind::delivered, *success_us, row.message, id_of(row.message), row.delivery_id});
    }
    return touches;
  }

  std::string id_of(MessageNo message) { return snapshot_.message(message)->message_id; }

  Snapshot& snapshot_;
  const Rule& rule_;
  std::map<MemberNo, std::vector<Touch>> touches_;
};

// How many orders were credited.
int expect_credits_as_from_scratch(Snapshot& snapshot, const Rule& rule) {
  FromScratch from_scratch(snapshot, rule);
  int credited = 0;
  for (int i = 0; i < orders_of_shop; ++i) {
    const auto order = snapshot.order(numbered("o", static_cast<std::uint64_t>(i)));
    if (!order) continue;
    const auto winner = from_scratch.winner(*order);
    const auto credit = snapshot.credit(order->number);
    EXPECT_EQ(credit.has_value(), winner.has_value()) << order->order_id;
    if (!credit || !winner) continue;
    ++credited;
    EXPECT_EQ(credit->touch, winner->kind) << order->order_id;
    EXPECT_EQ(credit->touch_at_us, winner->at_us) << order->order_id;
    EXPECT_EQ(credit->message, winner->message) << order->order_id;
    EXPECT_EQ(credit->delivery_id, winner->delivery_id) << order->order_id;
    EXPECT_EQ(credit->member, order->member) << order->order_id;
    EXPECT_EQ(credit->gross_minor, order->version.amount_minor) << order->order_id;
  }
  return credited;
}

bool has_order_after(Snapshot& snapshot, const Rule& rule, const Recipient& recipient) {
  for (int i = 0; i < orders_of_shop; ++i) {
    const auto order = snapshot.order(numbered("o", static_cast<std::uint64_t>(i)));
    if (!order || order->member != recipient.member) continue;
    const std::int64_t after_us = order->placed_at_us - *recipient.anchor_at_us;
    if (0 <= after_us && after_us <= rule.conversion_window_us) return true;
  }
  return false;
}

// Returns how many recipients have converted. Of a chain, the mark is on the first attempt, and
// does not count while that one is only named: such messages are left out.
std::int64_t expect_conversions_as_from_scratch(Snapshot& snapshot, const Rule& rule,
                                                const MessageRow& message) {
  std::map<std::pair<ChainNo, std::string>, std::vector<Delivery>> groups;
  for (const Delivery& row : snapshot.deliveries(message.number, "", rows_max)) {
    const ChainNo chain = row.state.chain;
    groups[{chain, chain ? "" : row.delivery_id}].push_back(row);
  }
  std::int64_t reached = 0;
  std::int64_t held_out = 0;
  for (const auto& [name, rows] : groups) {
    std::vector<const Delivery*> attempts;
    for (const Delivery& row : rows) attempts.push_back(&row);
    if (rows.front().state.status() == DeliveryStatus::unreported) return 0;
    const Recipient recipient = recipient_of(attempts);
    if (!recipient.anchor_at_us || !is_person(recipient.member)) continue;
    if (!has_order_after(snapshot, rule, recipient)) continue;
    recipient.held_out ? ++held_out : ++reached;
  }
  const RecipientCounts& counts = message.counts.recipients;
  const bool has_control = counts.held_out > 0;
  EXPECT_EQ(counts.converted_reached, has_control ? reached : 0) << message.message_id;
  EXPECT_EQ(counts.converted_held_out, has_control ? held_out : 0) << message.message_id;
  return counts.converted_reached + counts.converted_held_out;
}

class OneMemberHistories : public testing::TestWithParam<std::uint64_t> {};

TEST_P(OneMemberHistories, areDecidedAsFromScratchAfterEveryBatch) {
  Histories histories(GetParam());
  int credited = 0;
  std::int64_t converted = 0;
  for (int round = 0; round < 8; ++round) {
    test::CountedShop shop(random_rule(histories.random()));
    for (int batch = 0; batch < 12; ++batch) {
      shop.record(histories.batch());
      const auto snapshot = shop.snapshot();
      credited += expect_credits_as_from_scratch(*snapshot, shop.rule());
      for (int i = 0; i < messages_of_shop; ++i) {
        const auto message = snapshot->message(numbered("M", static_cast<std::uint64_t>(i)));
        if (!message) continue;
        converted += expect_conversions_as_from_scratch(*snapshot, shop.rule(), *message);
      }
      ASSERT_FALSE(HasFailure()) << "round " << round << ", batch " << batch;
    }
  }
  EXPECT_GT(credited, 500);
  EXPECT_GT(converted, 100);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OneMemberHistories, testing::Range<std::uint64_t>(1, 13));

}  // namespace

}  // namespace message_history
