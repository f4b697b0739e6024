// What the journal keeps of a batch is what came in.

#include "ingest/journal/batch_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <crm/cpp/failure.hpp>

#include <string>
#include <type_traits>

#include "ingest/admission/validation.h"
#include "support/every_kind.h"

namespace message_history {

namespace {

const std::string batch_tenant = "mall";
const std::string batch_source = "test";

// All texts and numbers of an event: its JSON, and what that leaves out.
std::string told(const crm::Event& event) {
  std::string text = event_text(event, 1 << 20);
  std::visit(
      [&](const auto& known) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) {
          text += " kind " + std::to_string(known->head.kind) + " seq " +
                  std::to_string(known->head.seq) + " flags " + std::to_string(known->head.flags) +
                  " size " + std::to_string(known->head.size);
        }
      },
      event);
  return text;
}

std::string packed(const std::vector<test::Event>& events, BatchSummary summary = {}) {
  test::EventList list;
  std::uint64_t seq = 100;
  for (const test::Event& event : events) list.add(event, seq += 3);
  const crm_event_batch batch = list.batch(batch_tenant, batch_source);
  BatchRecordWriter writer;
  for (std::uint64_t i = 0; i < batch.count; ++i)
    writer.add(crm::event_of(batch.events[i]).value());
  return writer.finish(summary);
}

TEST(BatchRecordTest, everyKindOfEventComesBackAsItWas) {
  const std::vector<test::Event> events = test::every_kind(7);
  test::EventList list;
  std::uint64_t seq = 100;
  for (const test::Event& event : events) list.add(event, seq += 3);
  const crm_event_batch batch = list.batch(batch_tenant, batch_source);
  const std::string payload = packed(events);
  const BatchRecord record(payload);
  ASSERT_EQ(record.events().size(), batch.count);
  for (std::uint64_t i = 0; i < batch.count; ++i) {
    EXPECT_EQ(told(record.events()[i]), told(crm::event_of(batch.events[i]).value())) << i;
  }
}

TEST(BatchRecordTest, keepsEveryLineOfAnOrder) {
  const test::Order order{
      1,  "O",   "kim", 5,
      "", "KRW", 2,     {{"p1", "상의", "빨강", 5000, -500, 2}, {"p2", "", "", 0, 0, 1}}};
  const std::string payload = packed({order});
  const BatchRecord record(payload);
  const auto* read = std::get<const crm_event_order*>(record.events().at(0));
  ASSERT_EQ(read->line_count, 2u);
  EXPECT_EQ(crm::view(read->lines[0]->option), "빨강");
  EXPECT_EQ(read->lines[0]->option_price_minor, -500);
  EXPECT_EQ(crm::view(read->lines[1]->product_no), "p2");
}

TEST(BatchRecordTest, keepsWhatWasRefusedAndTheCounts) {
  BatchSummary summary{
      "보내는 곳",
      42,
      99,
      3,
      1,
      {{7, "order", "no amount", "{}", "kim"}, {8, "unreadable", "too short", "", {}, true}},
      {{"type survey", 300}, {"channel pigeon", 1}}};
  const std::string payload = packed({}, summary);
  const BatchRecord record(payload);
  EXPECT_EQ(record.summary().source, "보내는 곳");
  EXPECT_EQ(record.summary().recorded_at_us, 42);
  EXPECT_EQ(record.summary().position, 99u);
  EXPECT_EQ(record.summary().duplicates, 3u);
  EXPECT_EQ(record.summary().skipped, 1u);
  ASSERT_EQ(record.summary().refused.size(), 2u);
  EXPECT_EQ(record.summary().refused[0].member_id, "kim");
  EXPECT_EQ(record.summary().refused[1].member_id, std::nullopt);
  EXPECT_EQ(record.summary().refused[1].reason, "too short");
  EXPECT_FALSE(record.summary().refused[0].again);
  EXPECT_TRUE(record.summary().refused[1].again);
  ASSERT_EQ(record.summary().skipped_by_name.size(), 2u);
  EXPECT_EQ(record.summary().skipped_by_name[0].name, "type survey");
  EXPECT_EQ(record.summary().skipped_by_name[0].count, 300u);
}

TEST(BatchRecordTest, keepsWhatIsTakenAgainWhateverItsNumber) {
  const test::Event delivery = test::Delivery{1'000'000, "M", "d1", "kim", CRM_DELIVERY_SENT};
  test::EventList list;
  list.add(delivery, 50);
  list.add(delivery, 7);
  auto* const again = const_cast<crm_event*>(list.batch(batch_tenant, batch_source).events[1]);
  again->flags |= CRM_EVENT_AGAIN;
  BatchRecordWriter writer;
  const crm_event_batch batch = list.batch(batch_tenant, batch_source);
  for (std::uint64_t i = 0; i < batch.count; ++i) {
    writer.add(crm::event_of(batch.events[i]).value());
  }
  const std::string payload = writer.finish({});
  const BatchRecord record(payload);
  const auto& first = *std::get<const crm_event_delivery*>(record.events().at(0));
  const auto& second = *std::get<const crm_event_delivery*>(record.events().at(1));
  EXPECT_EQ(first.head.seq, 50u);
  EXPECT_EQ(first.head.flags & CRM_EVENT_AGAIN, 0u);
  EXPECT_EQ(second.head.seq, 7u);
  EXPECT_EQ(second.head.flags & CRM_EVENT_AGAIN, CRM_EVENT_AGAIN);
}

// Pinned: what an earlier release left in a journal must be readable.
TEST(BatchRecordTest, bytesAreAsSpecified) {
  const std::string payload =
      packed({test::Delivery{1'000'000, "M", "d1", "kim", CRM_DELIVERY_SENT},
              test::Delivery{1'000'000, "M", "d2", "lee", CRM_DELIVERY_FAILED, "3018"}},
             {"s", 0, 106, 0, 0, {}, {}});
  // Version 2 has the names of what was skipped.
  const std::string head = std::string("\x02\x01s\x00\x6a\x00\x00\x00\x00\x02", 10);
  const std::string head_1 = std::string("\x01\x01s\x00\x6a\x00\x00\x00\x02", 9);
  const std::string events = std::string("\x02\x67\x80\x89\x7a\x00\x15\x01M\x09mts-kakao", 19) +
                             "\x02"
                             "d1\x03"
                             "kim" +
                             std::string("\x1a\x03\x00\x01\x16\x02", 6) +
                             "d2\x03"
                             "lee\x04"
                             "3018";
  EXPECT_EQ(payload, head + events);
  const std::string earlier = head_1 + events;
  EXPECT_EQ(BatchRecord(earlier).events().size(), 2u);
}

TEST(BatchRecordTest, bytesCutOffAnywhereAreCorrupt) {
  const std::string payload = packed(test::every_kind(3));
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_THROW(BatchRecord(std::string_view(payload).substr(0, size)), crm::Failure) << size;
  }
  EXPECT_THROW(BatchRecord(payload + "x"), crm::Failure);
}

}  // namespace

}  // namespace message_history
