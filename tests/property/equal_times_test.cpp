// Rows of equal time stand in one order, whatever came first: lists, buyers, time lines, failures.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "support/every_kind.h"
#include "support/recorder_fixture.h"

namespace {

namespace mh = message_history;
using test::hour_us;
using test::monday_us;

// Everything at one of two times, by one member.
std::vector<test::Event> events_of_few_times() {
  std::vector<test::Event> events;
  for (int i = 0; i < 12; ++i) {
    const std::string message = "M" + std::to_string(i);
    const std::string number = std::to_string(i);
    test::Message announced{monday_us, message, "Offer"};
    announced.kind = i % 3 == 0 ? CRM_MESSAGE_AUTOMATIC : CRM_MESSAGE_MANUAL;
    if (i != 5) events.push_back(announced);  // 5 is only named
    test::Delivery failed{monday_us, message, "failed", "lee", CRM_DELIVERY_FAILED};
    failed.code = "30" + std::to_string(i % 4);
    events.push_back(failed);
    test::Delivery other_failure{monday_us, "M1", "failed" + number, "lee", CRM_DELIVERY_FAILED};
    other_failure.code = "code " + number;
    other_failure.provider = "provider " + std::to_string(i % 5);
    events.push_back(other_failure);
    events.push_back(test::Delivery{monday_us, message, "d" + number, "kim"});
    events.push_back(test::Touch{monday_us + hour_us, message, "d" + number, "kim"});
    events.push_back(test::Touch{monday_us + hour_us, message, "", "kim", CRM_TOUCH_COUPON});
    test::Order order{monday_us + hour_us, "O" + number, "kim"};
    order.message = "M1";
    events.push_back(order);
    events.push_back(test::Refund{monday_us + hour_us, "R" + number, order.id});
  }
  return events;
}

std::string text_of(const mh::TimelineRow& row, mh::Snapshot& snapshot) {
  std::string text = std::to_string(row.at_us);
  if (row.message) text += " " + snapshot.message(row.message)->message_id;
  if (row.delivery) text += " delivery " + row.delivery->delivery_id;
  if (row.touch) {
    text += " touch " + std::to_string(static_cast<int>(row.touch->kind)) + row.touch->delivery_id;
  }
  if (row.order) text += " order " + row.order->order_id;
  if (row.refund) text += " refund " + row.refund->refund_id;
  return text;
}

std::vector<std::string> timeline_of(mh::Snapshot& snapshot, std::int64_t limit) {
  std::vector<std::string> shown;
  const mh::MemberNo member = snapshot.member("kim")->number;
  std::optional<mh::TimelineKey> after;
  for (auto page = snapshot.timeline(member, after, limit); !page.empty();
       page = snapshot.timeline(member, after, limit)) {
    for (const mh::TimelineRow& row : page) shown.push_back(text_of(row, snapshot));
    after = page.back().key;
  }
  return shown;
}

std::vector<std::string> buyers_of(mh::Snapshot& snapshot, std::int64_t limit) {
  std::vector<std::string> shown;
  const mh::MessageNo message = snapshot.message("M1")->number;
  std::optional<mh::BuyerKey> after;
  for (auto page = snapshot.buyers(message, after, limit); !page.empty();
       page = snapshot.buyers(message, after, limit)) {
    for (const mh::BuyerRow& row : page) shown.push_back(row.order_id);
    after = mh::BuyerKey{page.back().credit.ordered_at_us, page.back().order_id};
  }
  return shown;
}

std::vector<std::string> list_of(mh::Snapshot& snapshot, mh::MessageKind kind,
                                 mh::MessagePage page) {
  std::vector<std::string> shown;
  mh::MessageFilter filter;
  filter.kind = kind;
  for (auto rows = snapshot.messages(filter, page); !rows.empty();
       rows = snapshot.messages(filter, page)) {
    for (const mh::MessageListRow& row : rows) shown.push_back(row.message.message_id);
    page.after = rows.back().key;
  }
  return shown;
}

std::vector<std::vector<std::string>> all_shown(mh::Snapshot& snapshot, std::int64_t limit) {
  std::vector<std::vector<std::string>> shown;
  shown.push_back(timeline_of(snapshot, limit));
  shown.push_back(buyers_of(snapshot, limit));
  for (std::size_t sort = 0; sort < mh::message_sorts; ++sort) {
    for (const auto kind : {mh::MessageKind::automatic, mh::MessageKind::manual}) {
      const mh::MessagePage page{static_cast<mh::MessageSort>(sort), sort % 2 == 0, {}, limit};
      shown.push_back(list_of(snapshot, kind, page));
    }
  }
  std::vector<std::string> failures;
  for (const mh::FailureRow& row : snapshot.failures(snapshot.message("M1")->number, limit)) {
    failures.push_back(row.route.provider + ":" + row.code);
  }
  if (limit > 10) shown.push_back(failures);
  return shown;
}

class EqualTimes : public testing::TestWithParam<std::uint64_t> {};

TEST_P(EqualTimes, haveOneOrderWhateverCameFirst) {
  const std::vector<test::Event> events = events_of_few_times();
  std::vector<const test::Event*> in_turn;
  for (const test::Event& event : events) in_turn.push_back(&event);
  std::optional<std::vector<std::vector<std::string>>> expected;
  for (const auto& order : {in_turn, test::permuted(events, GetParam())}) {
    test::RecorderFixture shop;
    for (std::size_t begin = 0; begin < order.size(); begin += 30) {
      test::EventList list;
      for (std::size_t i = begin; i < std::min(order.size(), begin + 30); ++i) {
        list.add(*order[i], ++shop.seq);
      }
      ASSERT_EQ(shop.record(list).rejected, 0u) << shop.rejections[0].reason;
    }
    const auto snapshot = shop.snapshot();
    const auto whole = all_shown(*snapshot, 1'000);
    ASSERT_EQ(whole[0].size(), 12u * 5);  // of each number two touches and three other things
    ASSERT_EQ(whole[1].size(), 12u);
    if (!expected) expected = whole;
    EXPECT_EQ(whole, *expected);
    auto paged = all_shown(*snapshot, 5);
    paged.push_back(whole.back());  // failures have one page
    EXPECT_EQ(paged, *expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EqualTimes, testing::Range<std::uint64_t>(1, 7));

}  // namespace
