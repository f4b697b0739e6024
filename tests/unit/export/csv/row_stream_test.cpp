// Rows made in parts and by several threads: the same file, and nothing left behind.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "export/csv/row_stream.h"
#include "support/thread_watch.h"
#include "unit/export/csv/csv_of.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

constexpr std::int64_t sent_at_us = 1'795'402'800'000'000;  // 2026-11-23T03:00:00Z

class ExportRowStream : public testing::Test {
 protected:
  ExportRowStream() {
    history.message.number = MessageNo{7};
    history.message.report.facts.kind = MessageKind::manual;
    history.message.report.facts.channel = Channel::alimtalk;
    history.routes[1] = {RouteNo{1}, Channel::alimtalk, "mts-kakao"};
    history.routes[2] = {RouteNo{2}, Channel::sms, "mts-sms"};
    shape.zone = *TimeZone::find("Asia/Seoul");
  }
  // Whatever became of an export, none of its threads is there any more.
  ~ExportRowStream() override { EXPECT_TRUE(watch_.all_are_gone()); }

  void add_delivery(int number, DeliveryStatus status) {
    const std::string id = "d" + std::to_string(100 + number);
    Delivery& delivery = history.deliveries[id];
    delivery.message = history.message.number;
    delivery.delivery_id = id;
    if (status != DeliveryStatus::unreported) {
      delivery.state.marks = {
          {status, sent_at_us + number * second_us, id, "", RouteNo{1 + number % 2}}};
    }
    delivery.state.member = MemberNo{1 + number % 200};
    history.members[delivery.state.member.value] = {
        delivery.state.member, std::to_string(number % 200) + ", member", number % 7 == 0};
  }

  void add_sale(const std::string& delivery_id, std::size_t lines) {
    Order order;
    order.number = OrderNo{std::ssize(history.sales) + 1};
    order.order_id = "O-" + std::to_string(1000 + history.sales.size());
    order.version.currency = "USD";
    order.version.lines.resize(lines, {"P", "Mug \"white\"", "", 1200, 0, 1});
    history.orders[order.number.value] = order;
    Snapshot::Sale sale;
    sale.delivery_id = delivery_id;
    sale.order_id = order.order_id;
    sale.credit.order = order.number;
    sale.credit.currency = "USD";
    sale.credit.touch_at_us = sent_at_us;
    sale.credit.ordered_at_us = sent_at_us + hour_us;
    history.sales.push_back(sale);
  }

  // Deliveries of every status; some sold once, some often, some sales stand beside none.
  void fill() {
    for (int i = 0; i < 60; ++i) {
      if (i % 11 == 5) continue;
      add_delivery(i, static_cast<DeliveryStatus>(i % delivery_status_count));
    }
    for (int i = 0; i < 5; ++i) add_sale("", i % 3);
    for (int i = 0; i < 60; i += 3) add_sale("d" + std::to_string(100 + i), 1);
    for (int i = 0; i < 9; ++i) add_sale("d110", 2);
    for (int i = 0; i < 4; ++i) add_sale("d159", 0);
    for (int i = 0; i < 4; ++i) add_sale("e", 1);
  }

  // The id is that of the first delivery in a batch of three.
  void fail_at(std::string_view id, const char* what) {
    history.before_batch = [=](std::string_view first) {
      if (first == id) throw crm::Failure(CRM_ERR_CORRUPT, what);
    };
  }

  std::string failure(const RowsBy& by) {
    try {
      csv_of(history, shape, by);
      return "none";
    } catch (const crm::Failure& thrown) {
      return thrown.what();
    }
  }

  crm_test::ThreadWatch watch_;
  FakeHistory history;
  ExportShape shape;
};

TEST_F(ExportRowStream, IsTheSameForEveryPartSizeAndNumberOfThreads) {
  fill();
  for (const Dialect dialect : {Dialect::raw_v1, Dialect::spreadsheet_v1}) {
    shape.dialect = dialect;
    const std::string whole = csv_of(history, shape);
    // 30 of the 48 reported deliveries sold nothing; the orders have 6 + 20 + 18 + 4 + 4 rows.
    EXPECT_EQ(csv_records(whole).size(), 30U + 52);
    for (const std::size_t threads : {0, 1, 2, 3, 4}) {
      for (const std::int64_t deliveries : {1, 2, 3, 4, 5, 7, 16, 54, 55, 56}) {
        for (const std::size_t sales_max : {1, 2, 3, 7, 100}) {
          const RowsBy by{threads, {deliveries, sales_max}};
          ASSERT_EQ(csv_of(history, shape, by), whole)
              << threads << " threads, " << deliveries << " deliveries, " << sales_max << " sales";
        }
      }
    }
  }
}

TEST_F(ExportRowStream, ManyChunksComeInOrder) {
  for (int i = 0; i < 800; ++i) add_delivery(i, DeliveryStatus::failed);
  for (int i = 0; i < 100; ++i) add_sale("d500", 100);
  const std::string whole = csv_of(history, shape);
  EXPECT_GT(whole.size(), 2 * chunk_bytes);
  EXPECT_EQ(csv_of(history, shape, {2, {100, 3}}), whole);
}

TEST_F(ExportRowStream, NothingIsNoChunk) {
  EXPECT_EQ(csv_of(history, shape, {2, {}}), "");
}

TEST_F(ExportRowStream, SalesAloneAreRows) {
  for (int i = 0; i < 9; ++i) add_sale("", 1);
  const std::string whole = csv_of(history, shape);
  EXPECT_EQ(csv_records(whole).size(), 9U);
  EXPECT_EQ(csv_of(history, shape, {2, {1, 2}}), whole);
}

TEST_F(ExportRowStream, OnePartNeedsNoThread) {
  fill();
  history.before_batch = [this](std::string_view) { EXPECT_FALSE(watch_.has_started_any()); };
  csv_of(history, shape, {2, {}});
}

TEST_F(ExportRowStream, WorkersLeaveSignalsToTheHost) {
  fill();
  std::atomic<int> checked = 0;
  history.before_batch = [&](std::string_view) {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    EXPECT_EQ(sigismember(&blocked, SIGINT), 1);
    ++checked;
  };
  csv_of(history, shape, {2, {5, 100}});
  EXPECT_GT(checked, 5);
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGINT), 0);
}

TEST_F(ExportRowStream, FailureOfAReaderComesAfterTheRowsBeforeIt) {
  for (int i = 0; i < 60; ++i) add_delivery(i, DeliveryStatus::sent);
  const std::string whole = csv_of(history, shape);
  fail_at("d130", "broken");
  for (const std::size_t threads : {0, 1, 2, 4}) {
    const auto snapshots = FakeStore(history).snapshots(1 + threads);
    RowTally tally;
    std::string csv;
    EXPECT_THROW(each_chunk({snapshots, history.message, shape, {5, 1}}, tally,
                            [&](RowChunk& chunk) {
                              csv += chunk.bytes;
                              chunk = {};
                            }),
                 crm::Failure);
    EXPECT_EQ(whole.substr(0, csv.size()), csv);
    EXPECT_EQ(csv_records(csv).size(), 30U) << threads;
  }
}

TEST_F(ExportRowStream, OfSeveralFailuresTheFirstInTheFileIsTold) {
  for (int i = 0; i < 60; ++i) add_delivery(i, DeliveryStatus::sent);
  add_sale("d150", 1);
  add_sale("d155", 1);
  history.before_sale = [](const Snapshot::Sale& sale) {
    if (sale.delivery_id == "d155") throw crm::Failure(CRM_ERR_IO, "no sale");
  };
  EXPECT_EQ(failure({2, {3, 10}}), "no sale");
  history.before_batch = [](std::string_view first) {
    if (first >= "d120") throw crm::Failure(CRM_ERR_CORRUPT, std::string(first));
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(failure({4, {3, 10}}), "d121");
}

TEST_F(ExportRowStream, MissingOrderIsTold) {
  fill();
  history.orders.erase(12);
  EXPECT_NE(failure({2, {3, 10}}).find("an order"), std::string::npos);
}

TEST_F(ExportRowStream, SinkThatThrowsEndsIt) {
  for (int i = 0; i < 800; ++i) add_delivery(i, DeliveryStatus::failed);
  for (int i = 0; i < 100; ++i) add_sale("d500", 100);
  for (const int chunks_max : {0, 1, 5}) {
    const auto snapshots = FakeStore(history).snapshots(3);
    RowTally tally;
    int chunks = 0;
    EXPECT_THROW(each_chunk({snapshots, history.message, shape, {10, 2}}, tally,
                            [&](RowChunk& chunk) {
                              if (chunks++ == chunks_max) {
                                throw crm::Failure(CRM_ERR_CANCELLED, "the reader went away");
                              }
                              chunk = {};
                            }),
                 crm::Failure);
    EXPECT_EQ(chunks, chunks_max + 1);
    EXPECT_TRUE(watch_.all_are_gone());
  }
}

TEST_F(ExportRowStream, ThreadsAreTwoToFour) {
  EXPECT_GE(row_threads(), 2U);
  EXPECT_LE(row_threads(), 4U);
}

}  // namespace
}  // namespace message_history
