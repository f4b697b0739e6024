// What the host writes as a feed is what it reads.
#include "feed/event_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "feed/event_parser.h"
#include "support/every_kind.h"
#include "support/generated_shop.h"

namespace host_stub {
namespace {

// The events of some lines, which must all be sound.
void parse(std::string_view lines, EventBatch& batch) {
  batch.clear();
  EventParser parser(ResumePoint{});
  for (uint64_t number = 1; !lines.empty(); ++number) {
    const size_t end = lines.find('\n');
    ASSERT_NE(end, std::string_view::npos) << "the last line has no end";
    parser.parse({number, false, false, lines.substr(0, end)}, batch);
    ASSERT_EQ(batch.rejected, 0u) << lines.substr(0, end) << "\n"
                                  << batch.rejected_lines().front().reason;
    lines.remove_prefix(end + 1);
  }
}

std::string written(const crm_event* const* events, size_t count) {
  EventWriter writer;
  std::string lines;
  for (size_t i = 0; i < count; ++i) writer.append(*events[i], lines);
  return lines;
}

TEST(EventWriter, LinesAreReadAsTheSameEvents) {
  const std::vector<test::Event> events = test::every_kind(5);
  test::EventList list;
  for (size_t i = 0; i < events.size(); ++i) list.add(events[i], i + 1);
  const crm_event_batch given = list.batch("t", "s");
  const std::string lines = written(given.events, given.count);
  EventBatch batch;
  parse(lines, batch);
  ASSERT_EQ(batch.events().size(), given.count);
  EXPECT_EQ(written(batch.events().data(), batch.events().size()), lines);
  for (size_t i = 0; i < given.count; ++i) {
    EXPECT_EQ(batch.events()[i]->kind, given.events[i]->kind);
    EXPECT_EQ(batch.events()[i]->at_us, given.events[i]->at_us);
    EXPECT_EQ(batch.events()[i]->flags, given.events[i]->flags);
  }
}

TEST(EventWriter, DeliveryIsWrittenInTheWordsOfTheFeed) {
  test::Delivery delivery{1'767'225'600'000'001, "M", "d", "kim", CRM_DELIVERY_FAILED, "3018", "c"};
  delivery.detail = "a \"b\" \\ \n\x1F 한";
  delivery.cost_minor = 8;
  const test::Event event = delivery;
  test::EventList list;
  list.add(event, 17);
  EXPECT_EQ(written(list.batch("t", "s").events, 1),
            R"({"seq":17,"type":"delivery","at":"2026-01-01T00:00:00.000001Z","message_id":"M",)"
            R"("delivery_id":"d","member_id":"kim","channel":"alimtalk","provider":"mts-kakao",)"
            R"("status":"failed","code":"3018","detail":"a \"b\" \\ \u000a\u001f 한",)"
            R"("fallback_of":"c","cost_minor":8,"currency":"KRW"})"
            "\n");
}

TEST(EventWriter, HeaderIsReadAsTheSameHeader) {
  std::string line;
  EventWriter::append_header({"몰 \"1\"", "s", "Asia/Seoul", "KRW"}, line);
  ASSERT_EQ(line.back(), '\n');
  line.pop_back();
  const auto parsed = parse_feed_header(line);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed.value().tenant, "몰 \"1\"");
  EXPECT_EQ(parsed.value().source, "s");
  EXPECT_EQ(parsed.value().time_zone, "Asia/Seoul");
  EXPECT_EQ(parsed.value().currency, "KRW");
}

TEST(EventWriter, GeneratedShopIsReadBackWhole) {
  GeneratorSettings settings;
  settings.deliveries = 5'000;
  settings.orders = 500;
  std::string lines = test::feed_text(settings);
  lines.erase(0, lines.find('\n') + 1);
  EventBatch batch;
  parse(lines, batch);
  EXPECT_EQ(written(batch.events().data(), batch.events().size()), lines);
}

RC_GTEST_PROP(Rfc3339Writer, TimesAreReadBack, ()) {
  Rfc3339Writer writer;
  const auto times_us = *rc::gen::container<std::vector<int64_t>>(
      rc::gen::inRange<int64_t>(-62'135'596'800'000'000, 253'402'300'800'000'000));
  for (const int64_t at_us : times_us) {
    std::string text;
    writer.append(at_us, text);
    RC_ASSERT(parse_rfc3339(text) == at_us);
  }
}

}  // namespace
}  // namespace host_stub
