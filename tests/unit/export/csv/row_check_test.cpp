// What an export's rows add up to, and how that is compared with the message's counters.
#include <gtest/gtest.h>

#include <string>

#include "export/csv/row_check.h"
#include "export/csv/row_stream.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

constexpr std::int64_t first_sent_us = 1'795'402'800'000'000;  // 2026-11-23T03:00:00Z

class ExportRowCheck : public testing::Test {
 protected:
  ExportRowCheck() {
    history.message.number = MessageNo{7};
    history.message.message_id = "M-1";
    history.message.sent_at_us = first_sent_us;
    history.routes[1] = {RouteNo{1}, Channel::alimtalk, "mts-kakao"};
    history.members[1] = {MemberNo{1}, "member-0001", false};
    shape.zone = *TimeZone::find("Asia/Seoul");
  }

  Delivery& add_delivery(int number, DeliveryStatus status, std::int64_t chain = 0) {
    const std::string id = "d" + std::to_string(100 + number);
    Delivery& delivery = history.deliveries[id];
    delivery.message = history.message.number;
    delivery.delivery_id = id;
    if (status != DeliveryStatus::unreported) {
      delivery.state.marks.push_back({status, first_sent_us, "x", "", RouteNo{1}});
    }
    delivery.state.member = MemberNo{1};
    delivery.state.chain = ChainNo{chain};
    return delivery;
  }

  void add_sale(const std::string& delivery_id, std::int64_t gross_minor, std::size_t lines = 1) {
    Order order;
    order.number = OrderNo{std::ssize(history.sales) + 1};
    order.order_id = "O-" + std::to_string(1000 + history.sales.size());
    order.version.currency = "KRW";
    order.version.amount_minor = gross_minor;
    order.version.lines.resize(lines, {"P", "Mug", "", gross_minor, 0, 1});
    history.orders[order.number.value] = order;
    Snapshot::Sale sale;
    sale.delivery_id = delivery_id;
    sale.order_id = order.order_id;
    sale.credit.order = order.number;
    sale.credit.currency = "KRW";
    sale.credit.gross_minor = gross_minor;
    sale.credit.refunded_minor = 10;
    sale.credit.ordered_at_us = sale.credit.touch_at_us = first_sent_us;
    history.sales.push_back(sale);
    MessageMoney& money = history.money["KRW"];
    ++money.orders;
    money.gross_minor += gross_minor;
    money.refunded_minor += 10;
    ++history.message.counts.orders;
  }

  // The tally of all rows, made with so many threads beside the calling one.
  void stream(RowTally& tally, std::size_t threads, const PartSize& size) {
    const auto snapshots = FakeStore(history).snapshots(1 + threads);
    each_chunk({snapshots, history.message, shape, size}, tally, [](RowChunk& chunk) {
      chunk.bytes.clear();
      chunk.rows = 0;
    });
  }

  std::string differences() {
    RowTally tally;
    stream(tally, 0, {});
    return row_differences(
        tally, tally.rows(),
        {history.message, history.money, history.failed_attempts, history.kept_from_us});
  }

  FakeHistory history;
  ExportShape shape;
};

// Attempts of one chain lie in several parts, a delivery that sold much in two.
TEST_F(ExportRowCheck, RecipientsAreCountedOnceHoweverTheRowsAreMade) {
  for (int i = 0; i < 40; ++i) {
    add_delivery(i, static_cast<DeliveryStatus>(i % delivery_status_count),
                 i % 3 == 0 ? 1 + i % 5 : 0);
  }
  for (int i = 0; i < 9; ++i) add_sale("d110", 100 + i, static_cast<std::size_t>(i % 3));
  for (int i = 0; i < 3; ++i) add_sale("", 5);
  RowTally one;
  stream(one, 0, {});
  EXPECT_EQ(one.orders(), 12);
  EXPECT_EQ(one.money(), history.money);
  RecipientCounts expected;
  std::map<std::int64_t, std::vector<const Delivery*>> chains;
  for (const auto& [id, delivery] : history.deliveries) {
    const std::int64_t chain = delivery.state.chain.value;
    chains[chain == 0 ? -std::stoll(id.substr(1)) : chain].push_back(&delivery);
  }
  for (const auto& [chain, attempts] : chains) {
    const Recipient recipient = recipient_of(attempts);
    if (recipient.outcome == Outcome::success) {
      ++expected.success;
      expected.delivered += recipient.delivered ? 1 : 0;
    }
    expected.failed += recipient.outcome == Outcome::failed ? 1 : 0;
    expected.pending += recipient.outcome == Outcome::pending ? 1 : 0;
    expected.excluded += recipient.outcome == Outcome::excluded ? 1 : 0;
    expected.held_out += recipient.held_out ? 1 : 0;
  }
  EXPECT_EQ(one.recipients(), expected);
  EXPECT_EQ(one.failed_attempts(), 5);
  for (const std::size_t threads : {0, 1, 3}) {
    for (const PartSize size : {PartSize{1, 1}, PartSize{3, 2}, PartSize{10, 4}}) {
      RowTally parts;
      stream(parts, threads, size);
      EXPECT_EQ(parts.recipients(), expected) << threads << ' ' << size.deliveries;
      EXPECT_EQ(parts.money(), history.money);
      EXPECT_EQ(parts.rows(), one.rows());
      EXPECT_EQ(parts.failed_attempts(), one.failed_attempts());
    }
  }
}

TEST_F(ExportRowCheck, EachDifferenceIsNamedWithBothNumbers) {
  add_delivery(1, DeliveryStatus::delivered);
  add_delivery(2, DeliveryStatus::failed);
  add_delivery(3, DeliveryStatus::accepted);
  add_delivery(4, DeliveryStatus::held_out);
  add_delivery(5, DeliveryStatus::sent).state.merge(Cost{first_sent_us, "KRW", 9});
  add_sale("d101", 1000);
  history.money["KRW"].cost_minor = 9;
  history.failed_attempts = 1;
  RecipientCounts& counts = history.message.counts.recipients;
  counts = {.success = 2, .failed = 1, .pending = 1, .excluded = 1, .delivered = 1, .held_out = 1};
  EXPECT_EQ(differences(), "");

  const auto with = [&](std::int64_t& counter, std::int64_t change) {
    counter += change;
    std::string text = differences();
    counter -= change;
    return text;
  };
  EXPECT_EQ(with(counts.success, 1), "success 2 in the file, 3 counted");
  EXPECT_EQ(with(counts.failed, -1), "failed 1 in the file, 0 counted");
  EXPECT_EQ(with(counts.pending, 1), "pending 1 in the file, 2 counted");
  EXPECT_EQ(with(counts.excluded, 1), "excluded 1 in the file, 2 counted");
  EXPECT_EQ(with(counts.delivered, 1), "confirmed 1 in the file, 2 counted");
  EXPECT_EQ(with(counts.held_out, 1), "held out 1 in the file, 2 counted");
  EXPECT_EQ(with(counts.converted_reached, 1), "converted 0 in the file, 1 counted");
  EXPECT_EQ(with(history.failed_attempts, 3), "failed attempts 1 in the file, 4 counted");
  EXPECT_EQ(with(history.message.counts.orders, 1), "orders 1 in the file, 2 counted");
  MessageMoney& money = history.money["KRW"];
  EXPECT_EQ(with(money.gross_minor, 1), "gross in KRW 1000 in the file, 1001 counted");
  EXPECT_EQ(with(money.refunded_minor, 1), "refunded in KRW 10 in the file, 11 counted");
  EXPECT_EQ(with(money.cost_minor, 1), "cost in KRW 9 in the file, 10 counted");
  history.money["USD"] = {0, 1, 0, 0};
  EXPECT_EQ(differences(), "gross in USD 0 in the file, 1 counted");
}

TEST_F(ExportRowCheck, RowsThatTheWriterDidNotTakeAreNamed) {
  add_delivery(1, DeliveryStatus::sent);
  history.message.counts.recipients.success = 1;
  RowTally tally;
  stream(tally, 0, {});
  EXPECT_EQ(row_differences(tally, 0, {history.message, history.money, 0, 0}),
            "rows 0 in the file, 1 counted");
}

TEST_F(ExportRowCheck, DroppedDetailsMayBeMissingButNoneMayBeTooMany) {
  add_delivery(1, DeliveryStatus::sent);
  add_sale("d101", 1000);
  RecipientCounts& counts = history.message.counts.recipients;
  counts = {.success = 5, .failed = 2, .pending = 0, .excluded = 1};
  history.message.counts.orders = 3;
  history.money["KRW"] = {3, 500, 30, 70};
  history.failed_attempts = 2;
  EXPECT_NE(differences(), "");
  history.kept_from_us = first_sent_us + 1;
  EXPECT_EQ(differences(), "");
  counts = {};
  EXPECT_EQ(differences(), "recipients 1 in the file, 0 counted");
  // Of a message that began later nothing but excluded recipients and orders can be gone.
  history.kept_from_us = first_sent_us;
  counts = {.success = 1, .failed = 0, .pending = 0, .excluded = 4};
  history.failed_attempts = 0;
  EXPECT_EQ(differences(), "");
  counts.success = 2;
  EXPECT_EQ(differences(), "success 1 in the file, 2 counted");
  counts.success = 1;
  history.money["KRW"] = {1, 900, 10, 70};
  history.message.counts.orders = 1;
  EXPECT_EQ(differences(), "gross in KRW 1000 in the file, 900 counted");
}

}  // namespace
}  // namespace message_history
