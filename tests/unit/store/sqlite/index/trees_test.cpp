// Keys and values of the sorted runs against bytes written out by hand (SCHEMA.md).
#include "store/sqlite/index/trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <crm/cpp/failure.hpp>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "support/hex.h"

namespace message_history::sqlite {
namespace {

constexpr std::int64_t placed_at_us = 1'700'000'000'000'000;

Delivery sample() {
  Delivery delivery{{300}, "d-1", {}};
  delivery.state.member = {70'000};
  const RouteNo route{2};
  delivery.state.merge({DeliveryStatus::accepted, placed_at_us, "", "", route}, std::less<>());
  delivery.state.merge({DeliveryStatus::failed, placed_at_us + 2'000'000, "3018", "", route},
                       std::less<>());
  return delivery;
}

TEST(Trees, KeysAreTheseBytes) {
  EXPECT_EQ(test::hex_of(delivery_key({300}, "d-1")),
            "02012c"
            "642d31");
  EXPECT_EQ(test::hex_of(delivery_key({0}, "")), "00");
  EXPECT_EQ(test::hex_of(member_delivery_key({{70'000}, placed_at_us, {300}, "d-1", true})),
            "03011170"
            "060a24181e4000"
            "02012c"
            "642d31");
  EXPECT_EQ(test::hex_of(chain_key({5}, {300}, "d-1")),
            "0105"
            "02012c"
            "642d31");
  EXPECT_EQ(test::hex_of(member_order_key({70'000}, placed_at_us, {300})),
            "03011170"
            "060a24181e4000"
            "02012c");
}

TEST(Trees, AnOrderOfAMemberIsTheseBytes) {
  Order order;
  order.version.message = {300};
  order.version.currency = "KRW";
  order.version.amount_minor = 39'000;
  order.refunded_minor = 100;
  const std::string key = member_order_key({70'000}, placed_at_us, {300});
  const std::string value = member_order_value(order);
  EXPECT_EQ(test::hex_of(value),
            "ac02"      // message 300
            "034b5257"  // KRW
            "b0e104"    // 39,000
            "c801");    // 100 refunded
  const MemberOrder entry = view_member_order(key, value);
  EXPECT_EQ(entry.member, MemberNo{70'000});
  EXPECT_EQ(entry.placed_at_us, placed_at_us);
  EXPECT_EQ(entry.order, OrderNo{300});
  EXPECT_EQ(entry.message, MessageNo{300});
  EXPECT_EQ(entry.currency, "KRW");
  EXPECT_EQ(entry.amount_minor, 39'000);
  EXPECT_EQ(entry.refunded_minor, 100);
}

TEST(Trees, ADeliveryIsTheseBytes) {
  Delivery delivery = sample();
  EXPECT_EQ(test::hex_of(encode_delivery(delivery.state)),
            "02"          // the first time is in seconds
            "f0a204"      // member 70,000
            "02"          // route
            "80e2cfaa06"  // 1,700,000,000 s
            "2300"        // accepted, 0 s later
            "2e02"
            "0433303138");  // failed, 2 s later, "3018"
  delivery.state.chain = {9};
  delivery.state.converted = true;
  delivery.state.member = member_ambiguous;
  delivery.state.marks[0].at_us += 1'000;
  delivery.state.marks[1].at_us += 1'000;
  EXPECT_EQ(test::hex_of(encode_delivery(delivery.state)).substr(0, 20),
            "1d"  // in milliseconds, in a chain, converted, of nobody
            "00"
            "02"
            "81d095ffbc31"  // 1,700,000,000,001 ms
            "09");
}

TEST(Trees, DeliveriesAreDecodedUnchanged) {
  std::mt19937_64 random(1);
  Delivery reused;
  for (int round = 0; round < 5'000; ++round) {
    Delivery delivery{{static_cast<std::int64_t>(random() % 1'000'000)}, {}, {}};
    delivery.delivery_id.assign(random() % 30, static_cast<char>(random()));
    DeliveryState& state = delivery.state;
    state.member = {static_cast<std::int64_t>(random() % 1'000) - 1};
    const RouteNo routes[] = {{static_cast<std::int64_t>(1 + random() % 100)}, {7}};
    state.chain = {static_cast<std::int64_t>(random() % 3)};
    state.converted = random() % 2 == 0;
    const std::int64_t unit = random() % 2 == 0 ? 1 : 1'000'000;
    for (std::uint64_t count = random() % 4; count > 0; --count) {
      state.merge(StatusMark{static_cast<DeliveryStatus>(1 + random() % 7),
                             static_cast<std::int64_t>(random() % 7'000'000'000) * unit,
                             random() % 2 == 0 ? "code" : "", random() % 2 == 0 ? "detail" : "",
                             routes[random() % 2]},
                  std::less<>());
    }
    if (random() % 2 == 0) state.merge(Cost{placed_at_us, "KRW", 9});
    const std::string key = delivery_key(delivery.message, delivery.delivery_id);
    const std::string value = encode_delivery(state);
    ASSERT_EQ(decode_delivery(key, value), delivery);
    decode_delivery(key, value, reused);
    ASSERT_EQ(reused, delivery);
  }
}

TEST(Trees, KeysCompareAsWhatTheyStandFor) {
  std::mt19937_64 random(2);
  const auto number = [&] { return static_cast<std::int64_t>(random() >> (random() % 50 + 14)); };
  std::vector<MemberDelivery> entries;
  for (int i = 0; i < 2'000; ++i) {
    entries.push_back({{number() % 4}, number() % 7'000'000'000'000'000, {number()}, "d", false});
  }
  const auto rank = [](const MemberDelivery& entry) {
    return std::make_tuple(entry.member, entry.at_us, entry.message);
  };
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const MemberDelivery& a = entries[i - 1];
    const MemberDelivery& b = entries[i];
    ASSERT_EQ(member_delivery_key(a) < member_delivery_key(b), rank(a) < rank(b));
    ASSERT_EQ(decode_member_delivery(member_delivery_key(a), member_delivery_value(false)), a);
  }
}

TEST(Trees, TheKeyAfterAPrefixIsAboveAllThatBeginWithIt) {
  EXPECT_EQ(key_after("ab"), "ac");
  EXPECT_EQ(key_after("a\xFF"), "b");
  EXPECT_LT(delivery_key({255}, std::string(200, '\xFF')), key_after(delivery_key({255}, "")));
  EXPECT_GT(delivery_key({256}, ""), key_after(delivery_key({255}, "")).substr(0, 1));
}

TEST(Trees, CutAndGarbledDeliveriesAreRefusedOrHarmless) {
  const std::string key = delivery_key({300}, "d-1");
  const std::string value = encode_delivery(sample().state);
  const auto decode = [&](std::string_view bytes) {
    try {
      return decode_delivery(key, bytes) == sample();
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
      return false;
    }
  };
  EXPECT_TRUE(decode(value));
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(decode(std::string_view(value).substr(0, size))) << size;
  }
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string garbage(random() % 20, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    decode(garbage);
  }
}

}  // namespace
}  // namespace message_history::sqlite
