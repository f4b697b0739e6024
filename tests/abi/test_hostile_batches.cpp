// Malformed batches are refused whole; malformed events are rejected alone and nothing else is
// lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "test_host.h"

namespace crm_tests {
namespace {

class HostileBatch : public testing::Test {
 protected:
  HostileBatch() {
    if (!instance_.runs()) throw std::runtime_error(TestHost::take_explanation());
  }

  int32_t send(const crm_event_batch& batch, Ack& ack) {
    return instance_.events()->on_batch(instance_.raw(), &batch, &ack.raw);
  }

  uint64_t position(std::string_view tenant, std::string_view source) {
    uint64_t seq = UINT64_MAX;
    EXPECT_EQ(
        instance_.events()->position(instance_.raw(), crm::str(tenant), crm::str(source), &seq),
        CRM_OK);
    return seq;
  }

  void expect_invalid(const crm_event_batch& batch, const char* what) {
    Ack ack;
    const crm_event_ack before = ack.raw;
    TestHost::take_explanation();
    EXPECT_EQ(send(batch, ack), CRM_ERR_INVALID) << what;
    EXPECT_EQ(std::memcmp(&ack.raw, &before, sizeof(before)), 0) << what << ": the ack was touched";
    EXPECT_FALSE(TestHost::take_explanation().empty()) << what;
  }

  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
};

uint64_t judged(const crm_event_ack& ack) {
  return ack.accepted + ack.duplicates + ack.rejected + ack.skipped;
}

// Orders whose lines all point to one, so that the test itself stays small.
void add_orders(EventBatch& batch, const std::vector<const crm_order_line*>& lines, int count) {
  for (int i = 0; i < count; ++i) {
    auto& order = batch.order("member-1");
    order.lines = lines.data();
    order.line_count = lines.size();
  }
}

TEST_F(HostileBatch, AboveTheMaximumOfBytesIsInvalidAndBelowItTaken) {
  const std::string name(CRM_NAME_BYTES_MAX, 'n');
  const std::string option(CRM_OPTION_BYTES_MAX, 'o');
  const crm_order_line line{sizeof(line), 0, {}, crm::str(name), crm::str(option), 1, 0, 1};
  constexpr uint64_t line_bytes = sizeof(line) + CRM_NAME_BYTES_MAX + CRM_OPTION_BYTES_MAX;
  const std::vector<const crm_order_line*> lines(CRM_ORDER_LINES_MAX, &line);
  constexpr auto fitting = CRM_BATCH_BYTES_MAX / (line_bytes * CRM_ORDER_LINES_MAX);

  EventBatch large("mall-large", "orders");
  add_orders(large, lines, static_cast<int>(fitting) + 1);
  expect_invalid(large.raw(), "one order too many");
  EXPECT_EQ(position("mall-large", "orders"), 0u);

  EventBatch fits("mall-fits", "orders");
  add_orders(fits, lines, static_cast<int>(fitting));
  Ack ack;
  ASSERT_EQ(send(fits.raw(), ack), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(ack.raw.accepted, fits.count());
}

TEST_F(HostileBatch, ExactlyAtTheMaximumOfBytesIsTakenAndOneMoreIsNot) {
  const std::string name(CRM_NAME_BYTES_MAX, 'n');
  const auto fill = [&](EventBatch& batch, uint64_t bytes) {
    while (bytes > 0) {
      auto& event = batch.message("m");
      constexpr uint64_t least = sizeof(crm_event_message) + 1;
      uint64_t took = std::min(bytes, least + CRM_NAME_BYTES_MAX);
      if (bytes != took && bytes - took < least) took -= least;
      event.name = {name.data(), took - least};
      bytes -= took;
    }
  };
  EventBatch at("mall-at", "orders");
  fill(at, CRM_BATCH_BYTES_MAX);
  Ack ack;
  ASSERT_EQ(send(at.raw(), ack), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(ack.raw.accepted, at.count());
  EventBatch above("mall-above", "orders");
  fill(above, CRM_BATCH_BYTES_MAX + 1);
  expect_invalid(above.raw(), "a byte too many");
}

// A wild number in an event that is wrong must not make duplicates of all that follow.
TEST_F(HostileBatch, WithAWildNumberInARejectedEventGoesOn) {
  const auto send_one = [this](uint64_t seq, bool is_good, uint64_t expected_position) {
    EventBatch batch("mall-1", "orders", seq);
    batch.message(is_good ? "m-1" : "");
    Ack ack;
    ASSERT_EQ(send(batch.raw(), ack), CRM_OK) << TestHost::take_explanation();
    EXPECT_EQ(is_good ? ack.raw.accepted : ack.raw.rejected, 1u) << seq;
    EXPECT_EQ(ack.raw.durable_seq, expected_position) << seq;
    EXPECT_EQ(position("mall-1", "orders"), expected_position) << seq;
    if (is_good) return;
    const bool says_so =
        std::string(ack.rejections[0].reason).find("1099511627776") != std::string::npos;
    EXPECT_EQ(says_so, expected_position != seq) << ack.rejections[0].reason;
  };
  send_one(10, true, 10);
  send_one(INT64_MAX, false, 10);
  send_one(10 + CRM_SEQ_GAP_MAX + 1, false, 10);
  send_one(11, true, 11);
  send_one(11 + CRM_SEQ_GAP_MAX, false, 11 + CRM_SEQ_GAP_MAX);
  send_one(INT64_MAX - 1, true, INT64_MAX - 1);  // an accepted one: numbers may be times
}

TEST_F(HostileBatch, WithAWildNumberInAReportOrAnUnknownEventGoesOn) {
  EventBatch batch("mall-1", "orders");
  batch.message("m-1");
  batch.unknown(77).seq = INT64_MAX;
  crm_event_refused report{};
  report.head = {sizeof(report), CRM_EVENT_REFUSED, 0, 0, INT64_MAX - 1, 0};
  report.reason = crm::str("a text for a number");
  const crm_event* const reports[] = {&report.head};
  Ack ack;
  ASSERT_EQ(send(batch.raw(), ack), CRM_OK);
  EXPECT_EQ(ack.raw.durable_seq, 1u);
  crm_event_batch second = batch.raw();
  second.events = reports;
  second.count = 1;
  for (int again = 0; again < 2; ++again) {
    ASSERT_EQ(send(second, ack), CRM_OK);
    EXPECT_EQ(ack.raw.rejected, 1u);
    EXPECT_EQ(ack.raw.durable_seq, 1u);
  }
  uint64_t seqs[4] = {};
  uint64_t count = 0;
  ASSERT_EQ(instance_.events()->refused(instance_.raw(), crm::str("mall-1"), crm::str("orders"), 0,
                                        seqs, 4, &count),
            CRM_OK);
  EXPECT_EQ(count, 1u) << "it is kept once, however often it comes";
}

TEST_F(HostileBatch, ThatIsMissingOrShortIsInvalid) {
  EventBatch batch("mall-1", "orders");
  batch.message("m-1");
  const crm_event_batch good = batch.raw();
  Ack ack;
  EXPECT_EQ(instance_.events()->on_batch(instance_.raw(), nullptr, &ack.raw), CRM_ERR_INVALID);
  EXPECT_EQ(instance_.events()->on_batch(instance_.raw(), &good, nullptr), CRM_ERR_INVALID);
  EXPECT_EQ(instance_.events()->on_batch(nullptr, &good, &ack.raw), CRM_ERR_INVALID);
  for (uint32_t size = 0; size < sizeof(crm_event_batch); size += 8) {
    crm_event_batch short_batch = good;
    short_batch.size = size;
    expect_invalid(short_batch, "short batch");
  }
  ack.raw.size = sizeof(crm_event_ack) - 8;
  EXPECT_EQ(send(good, ack), CRM_ERR_INVALID);
  EXPECT_EQ(position("mall-1", "orders"), 0u);
}

TEST_F(HostileBatch, WithAnUnreadableHeadIsInvalid) {
  EventBatch batch("mall-1", "orders");
  batch.message("m-1");
  const crm_event_batch good = batch.raw();
  const std::string long_name(CRM_TENANT_BYTES_MAX + 1, 'x');
  const auto spoilt = [&](const char* what, auto spoil) {
    crm_event_batch bad = good;
    spoil(bad);
    expect_invalid(bad, what);
  };
  const std::vector<std::pair<const char*, crm_str>> names = {
      {"empty", {"", 0}},
      {"NULL", {nullptr, 0}},
      {"NULL with a size", {nullptr, 6}},
      {"too long", crm::str(long_name)},
      {"not UTF-8", crm::str("mall-\xff")},
      {"a huge size", {nullptr, UINT64_MAX}},
  };
  for (const auto& [what, name] : names) {
    spoilt(what, [&](crm_event_batch& bad) { bad.tenant = name; });
    spoilt(what, [&](crm_event_batch& bad) { bad.source = name; });
  }
  spoilt("NULL events", [](crm_event_batch& bad) { bad.events = nullptr; });
  spoilt("over-count", [](crm_event_batch& bad) { bad.count = CRM_BATCH_EVENTS_MAX + 1; });
  spoilt("huge count", [](crm_event_batch& bad) { bad.count = UINT64_MAX; });
  EXPECT_EQ(position("mall-1", "orders"), 0u);
}

TEST_F(HostileBatch, ThatIsEmptyTellsThePosition) {
  EventBatch first("mall-1", "orders", 40);
  first.message("m-1");
  Ack ack;
  ASSERT_EQ(send(first.raw(), ack), CRM_OK);
  crm_event_batch empty = first.raw();
  empty.count = 0;
  empty.events = nullptr;
  ASSERT_EQ(send(empty, ack), CRM_OK);
  EXPECT_EQ(ack.raw.durable_seq, 40u);
  EXPECT_EQ(judged(ack.raw), 0u);
}

TEST_F(HostileBatch, OfTheMaximumIsAccepted) {
  EventBatch batch("mall-1", "orders");
  for (uint32_t i = 0; i < CRM_BATCH_EVENTS_MAX; ++i) batch.unknown(1000);
  Ack ack;
  ASSERT_EQ(send(batch.raw(), ack), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(ack.raw.skipped, CRM_BATCH_EVENTS_MAX);
  EXPECT_EQ(ack.raw.durable_seq, CRM_BATCH_EVENTS_MAX);
}

TEST_F(HostileBatch, OfLongerStructuresIsAccepted) {
  struct LaterEvent {
    crm_event_member_erased known;
    uint64_t added[4];
  } event{{{sizeof(LaterEvent), CRM_EVENT_MEMBER_ERASED, 0, 0, 1, event_time_us}, crm::str("a")},
          {}};
  const crm_event* events[] = {&event.known.head};
  struct LaterBatch {
    crm_event_batch known;
    uint64_t added[4];
  } batch{{sizeof(LaterBatch), 0, crm::str("mall-1"), crm::str("orders"), events, 1}, {}};
  struct LaterAck {
    crm_event_ack known;
    uint64_t added[4];
  } ack{};
  ack.known.size = sizeof(ack);
  ASSERT_EQ(instance_.events()->on_batch(instance_.raw(), &batch.known, &ack.known), CRM_OK);
  EXPECT_EQ(ack.known.accepted, 1u);
}

TEST_F(HostileBatch, OfUnknownKindsAndFlagsIsSkippedAndIgnored) {
  EventBatch batch("mall-1", "orders");
  batch.unknown(0);
  batch.message("m-1").head.flags = 0xFFFFFFF0u;
  batch.unknown(CRM_EVENT_REFUSED + 1);
  batch.unknown(UINT32_MAX);
  Ack ack;
  ASSERT_EQ(send(batch.raw(), ack), CRM_OK);
  EXPECT_EQ(ack.raw.skipped, 3u);
  EXPECT_EQ(ack.raw.accepted, 1u);
  EXPECT_EQ(ack.raw.durable_seq, 4u);
}

TEST_F(HostileBatch, SentAgainIsCountedAsDuplicates) {
  EventBatch batch("mall-1", "orders");
  batch.one_of_each("m-1", "member-1");
  Ack first, again;
  ASSERT_EQ(send(batch.raw(), first), CRM_OK);
  ASSERT_EQ(send(batch.raw(), again), CRM_OK);
  EXPECT_EQ(again.raw.duplicates, batch.count());
  EXPECT_EQ(again.raw.durable_seq, first.raw.durable_seq);
}

TEST_F(HostileBatch, ThatDoesNotRiseIsRejectedWhereItDoesNot) {
  EventBatch batch("mall-1", "orders");
  batch.message("m-1").head.seq = 10;
  batch.message("m-2").head.seq = 5;
  batch.message("m-3").head.seq = 10;
  batch.message("m-4").head.seq = 11;
  Ack ack;
  ASSERT_EQ(send(batch.raw(), ack), CRM_OK);
  EXPECT_EQ(ack.raw.accepted, 2u);
  EXPECT_EQ(ack.raw.rejected, 2u);
  EXPECT_EQ(ack.raw.durable_seq, 11u);
}

TEST_F(HostileBatch, DescribesAsManyRejectionsAsTheCallerHasRoomFor) {
  for (const uint64_t capacity : {0, 1, 3, 8}) {
    EventBatch batch("mall-" + std::to_string(capacity), "orders");
    for (int i = 0; i < 5; ++i) batch.message("");
    Ack ack;
    ack.raw.rejections_capacity = capacity;
    ASSERT_EQ(send(batch.raw(), ack), CRM_OK);
    EXPECT_EQ(ack.raw.rejected, 5u);
    EXPECT_EQ(ack.raw.rejections_count, std::min<uint64_t>(capacity, 5));
    if (capacity < 8) {
      EXPECT_EQ(ack.rejections[capacity].reason[0], '\0') << "written past the capacity";
    }
  }
  EventBatch batch("mall-null", "orders");
  batch.message("");
  Ack ack;
  ack.raw.rejections = nullptr;
  ASSERT_EQ(send(batch.raw(), ack), CRM_OK);
  EXPECT_EQ(ack.raw.rejected, 1u);
  EXPECT_EQ(ack.raw.rejections_count, 0u);
}

}  // namespace
}  // namespace crm_tests
