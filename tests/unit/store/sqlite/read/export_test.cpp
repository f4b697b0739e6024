// What an export reads with several threads: snapshots of one commit, spans of deliveries, parts,
// pages of members, and sales one at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "store/sqlite/engine.h"
#include "store/store.h"
#include "support/temporary_folder.h"

namespace message_history {
namespace {

class StoreForExports : public testing::Test {
 protected:
  StoreForExports() {
    TenantFacts facts;
    facts.tenant = "shop-1";
    facts.time_zone = "Asia/Seoul";
    facts.currency = "KRW";
    store = engine->create(facts);
  }

  // Deliveries d1000, d1001 ... in each of two messages, each to a member of its own.
  void fill(int count) {
    const auto transaction = store->begin();
    const RouteNo route = transaction->route(Channel::sms, "mts");
    for (const char* id : {"m1", "m2"}) {
      const MessageNo number = transaction->add_message(id);
      if (message.value == 0) message = number;
      for (int i = 0; i < count; ++i) {
        Delivery row{number, "d" + std::to_string(1'000 + i), {}};
        row.state.member = transaction->add_member(id + std::to_string(i));
        row.state.merge(StatusMark{DeliveryStatus::sent, 5'000 + i, "", "", route}, std::less<>());
        transaction->put_delivery(row, nullptr);
        if (number == message) deliveries.push_back(row);
      }
    }
    transaction->commit();
  }

  std::vector<Delivery> span(Snapshot& snapshot, std::string_view from, std::string_view until) {
    std::vector<Delivery> have;
    snapshot.each_delivery(message, {from, until}, [&](std::span<const Delivery> batch) {
      EXPECT_FALSE(batch.empty());
      have.insert(have.end(), batch.begin(), batch.end());
    });
    return have;
  }
  std::vector<Delivery> some(std::ptrdiff_t from, std::ptrdiff_t until) const {
    return {deliveries.begin() + from, deliveries.begin() + until};
  }

  TemporaryFolder folder;
  std::unique_ptr<Engine> engine = sqlite::make_engine(folder.path());
  std::unique_ptr<Store> store;
  MessageNo message;
  std::vector<Delivery> deliveries;
};

TEST_F(StoreForExports, SpanHasItsFirstIdAndNotItsLast) {
  fill(1'000);
  const auto snapshot = store->snapshot();
  EXPECT_EQ(span(*snapshot, "", ""), deliveries);
  EXPECT_EQ(span(*snapshot, "d1700", ""), some(700, 1'000));
  EXPECT_EQ(span(*snapshot, "d1100", "d1600"), some(100, 600));
  EXPECT_EQ(span(*snapshot, "d11", "d1100\1"), some(100, 101));
  EXPECT_EQ(span(*snapshot, "d1100", std::string_view("d1100\0", 6)), some(100, 101));
  EXPECT_EQ(span(*snapshot, "", std::string_view("\0", 1)), some(0, 0));
  EXPECT_EQ(span(*snapshot, "d1100", "d1100"), some(0, 0));
  EXPECT_EQ(span(*snapshot, "e", ""), some(0, 0));
}

TEST_F(StoreForExports, SpanCanBeLeft) {
  fill(1'000);
  const auto snapshot = store->snapshot();
  struct Left {};
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(
        snapshot->each_delivery(message, {"", ""}, [](std::span<const Delivery>) { throw Left(); }),
        Left);
  }
  EXPECT_EQ(span(*snapshot, "", "").size(), 1'000U);
}

TEST_F(StoreForExports, PartsCoverTheMessageAndAreOfAboutTheSizeAskedFor) {
  fill(1'000);
  const auto snapshot = store->snapshot();
  for (const std::int64_t size : {1, 7, 100, 999, 1'000, 5'000}) {
    std::vector<Delivery> have;
    std::string from;
    std::int64_t parts = 0;
    do {
      const std::string until = snapshot->part_end(message, from, size);
      const std::vector<Delivery> part = span(*snapshot, from, until);
      have.insert(have.end(), part.begin(), part.end());
      ASSERT_TRUE(until.empty() || until > from);
      from = until;
      ++parts;
    } while (!from.empty());
    EXPECT_EQ(have, deliveries);
    EXPECT_LE(parts, 2 * 1'000 / size + 1) << size;
    // A part is made of whole blocks, which hold some two hundred deliveries.
    EXPECT_GE(parts, 1'000 / std::max<std::int64_t>(size, 250) / 2) << size;
  }
  EXPECT_EQ(snapshot->part_end({99}, "", 10), "");
}

std::vector<MemberRow> members_of(Snapshot& snapshot, MemberNo first, std::int64_t count) {
  std::vector<MemberRow> rows;
  snapshot.each_member(first, count, [&rows](const MemberRow& row) { rows.push_back(row); });
  return rows;
}

TEST_F(StoreForExports, MembersComeByTheirNumbers) {
  const auto before = store->snapshot();
  EXPECT_EQ(before->last_member(), MemberNo{});
  EXPECT_TRUE(members_of(*before, {1}, 100).empty());
  fill(50);
  const auto snapshot = store->snapshot();
  const MemberNo last = deliveries.back().state.member;
  EXPECT_GE(snapshot->last_member(), last);
  const auto rows = members_of(*snapshot, deliveries[10].state.member, 20);
  ASSERT_EQ(rows.size(), 20U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].number, deliveries[10 + i].state.member);
    EXPECT_EQ(rows[i].member, "m1" + std::to_string(10 + i));
    EXPECT_FALSE(rows[i].erased);
  }
  EXPECT_EQ(members_of(*snapshot, snapshot->last_member(), 20).size(), 1U);
}

TEST_F(StoreForExports, WhatAVisitOfMembersThrowsEndsIt) {
  fill(50);
  const auto snapshot = store->snapshot();
  const MemberNo first = deliveries.front().state.member;
  int visits = 0;
  EXPECT_THROW(snapshot->each_member(first, 20,
                                     [&visits](const MemberRow&) {
                                       if (++visits == 3) throw std::runtime_error("full");
                                     }),
               std::runtime_error);
  EXPECT_EQ(visits, 3);
  EXPECT_EQ(members_of(*snapshot, first, 20).size(), 20U);
}

TEST_F(StoreForExports, SaleReaderGoesOnWhileOtherThingsAreRead) {
  fill(100);
  {
    const auto transaction = store->begin();
    for (int i = 0; i < 30; ++i) {
      Order order;
      order.order_id = "o" + std::to_string(100 + i);
      order.version = {1, 6'000, "KRW", 100, {}, "", {}};
      const OrderNo number = transaction->add_order(order);
      CreditRow credit;
      credit.order = number;
      credit.message = message;
      credit.member = deliveries[50 - i].state.member;
      credit.currency = "KRW";
      credit.touch = TouchKind::click;
      credit.touch_at_us = 5'500;
      credit.delivery_id = i % 3 == 0 ? "" : deliveries[50 - i].delivery_id;
      transaction->put_credit(credit);
    }
    transaction->commit();
  }
  const auto snapshot = store->snapshot();
  std::vector<std::string> expected, have;
  snapshot->each_sale(message, [&](const Snapshot::Sale& sale) {
    expected.push_back(sale.delivery_id + ' ' + sale.order_id);
    return true;
  });
  ASSERT_EQ(expected.size(), 30U);
  const auto reader = snapshot->sales(message);
  while (const auto sale = reader->next()) {
    have.push_back(sale->delivery_id + ' ' + sale->order_id);
    EXPECT_TRUE(snapshot->order(sale->credit.order));
    snapshot->part_end(message, "", 10);
    EXPECT_EQ(span(*snapshot, "d1010", "d1020").size(), 10U);
  }
  EXPECT_EQ(have, expected);
  EXPECT_TRUE(std::is_sorted(have.begin(), have.end()));
}

// One member's deliveries in a message and one of its orders.
class SaleBesideDelivery : public StoreForExports {
 protected:
  void SetUp() override {
    transaction = store->begin();
    route = transaction->route(Channel::sms, "mts");
    message = transaction->add_message("m1");
    other_message = transaction->add_message("m2");
    member = transaction->add_member("lee");
    other_member = transaction->add_member("kim");
  }

  void add(const std::string& id, DeliveryStatus status, std::int64_t at_us) {
    put({message, id, {}}, member, status, at_us);
  }
  void put(Delivery row, MemberNo to, DeliveryStatus status, std::int64_t at_us) {
    row.state.member = to;
    row.state.merge(StatusMark{status, at_us, "", "", route}, std::less<>());
    transaction->put_delivery(row, nullptr);
  }

  // Where an order at 9,000 is shown.
  std::string shown(TouchKind touch, std::int64_t touch_at_us,
                    const std::string& delivery_id = "") {
    Order order;
    order.order_id = "o1";
    order.version = {1, 9'000, "KRW", 100, {}, "", {}};
    CreditRow credit;
    credit.order = transaction->add_order(order);
    credit.message = message;
    credit.member = member;
    credit.ordered_at_us = 9'000;
    credit.currency = "KRW";
    credit.touch = touch;
    credit.touch_at_us = touch_at_us;
    credit.delivery_id = delivery_id;
    transaction->put_credit(credit);
    transaction->commit();
    const auto sale = store->snapshot()->sales(message)->next();
    return sale ? sale->delivery_id : "no sale";
  }

  std::unique_ptr<WriteTransaction> transaction;
  RouteNo route;
  MessageNo other_message;
  MemberNo member;
  MemberNo other_member;
};

TEST_F(SaleBesideDelivery, IsTheTouchsOwn) {
  add("a", DeliveryStatus::sent, 1'000);
  add("b", DeliveryStatus::sent, 2'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000, "a"), "a");
}

TEST_F(SaleBesideDelivery, IsTheTouchsOwnWhileItWaitsForItsResult) {
  add("a", DeliveryStatus::sent, 1'000);
  add("b", DeliveryStatus::accepted, 2'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000, "b"), "b");
}

TEST_F(SaleBesideDelivery, IsNoFailureWhenAnotherSucceeded) {
  add("a", DeliveryStatus::failed, 1'000);
  add("b", DeliveryStatus::delivered, 2'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000, "a"), "b");
}

TEST_F(SaleBesideDelivery, IsTheFailureThatTheTouchNamesWhenNothingSucceeded) {
  add("a", DeliveryStatus::failed, 1'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000, "a"), "a");
}

TEST_F(SaleBesideDelivery, IsTheLatestSuccessBeforeTheTouch) {
  add("a", DeliveryStatus::sent, 1'000);
  add("b", DeliveryStatus::sent, 2'000);
  add("c", DeliveryStatus::failed, 2'500);
  add("d", DeliveryStatus::sent, 4'000);
  put({other_message, "e", {}}, member, DeliveryStatus::sent, 2'900);
  EXPECT_EQ(shown(TouchKind::click, 3'000), "b");
}

TEST_F(SaleBesideDelivery, IsTheLatestSuccessBeforeTheOrderThatNamesTheMessage) {
  add("a", DeliveryStatus::sent, 1'000);
  add("b", DeliveryStatus::sent, 8'000);
  add("c", DeliveryStatus::sent, 9'500);
  EXPECT_EQ(shown(TouchKind::explicit_message, 0), "b");
}

TEST_F(SaleBesideDelivery, IsTheLargestIdOfOneTime) {
  for (const char* id : {"a", "c", "b"}) add(id, DeliveryStatus::sent, 1'000);
  EXPECT_EQ(shown(TouchKind::click, 1'000), "c");
}

TEST_F(SaleBesideDelivery, IsTheFirstSuccessAfterTheTouchWhenNoneCameBefore) {
  add("a", DeliveryStatus::sent, 5'000);
  add("b", DeliveryStatus::sent, 6'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000), "a");
}

TEST_F(SaleBesideDelivery, IsNoneForWhomTheMessageNeverReached) {
  add("a", DeliveryStatus::failed, 1'000);
  add("b", DeliveryStatus::accepted, 1'000);
  put({other_message, "c", {}}, member, DeliveryStatus::sent, 2'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000), "");
}

TEST_F(SaleBesideDelivery, IsNeverAnotherMembers) {
  put({message, "a", {}}, other_member, DeliveryStatus::sent, 1'000);
  EXPECT_EQ(shown(TouchKind::click, 3'000, "a"), "");
}

TEST_F(StoreForExports, SnapshotsAreOfOneCommitWhateverIsWrittenMeanwhile) {
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::int64_t position = 1; !stop.stop_requested(); ++position) {
      const auto transaction = store->begin();
      SourceRow source = transaction->source("send");
      source.position = position;
      transaction->put_source(source);
      transaction->commit();
    }
  });
  std::int64_t seen = 0;
  for (int moved = 0; moved < 100;) {
    const auto snapshots = store->snapshots(4);
    ASSERT_EQ(snapshots.size(), 4U);
    std::vector<std::int64_t> positions;
    for (const auto& snapshot : snapshots) {
      const auto sources = snapshot->sources();
      positions.push_back(sources.empty() ? 0 : sources[0].position);
    }
    EXPECT_EQ(positions, std::vector<std::int64_t>(4, positions[0]));
    ASSERT_GE(positions[0], seen);
    moved += positions[0] > seen ? 1 : 0;
    seen = positions[0];
  }
}

}  // namespace
}  // namespace message_history
