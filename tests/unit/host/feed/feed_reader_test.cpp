// Feeds: headers, batches, and what becomes of every kind of event line.
#include "feed/feed_reader.h"

#include <gtest/gtest.h>

#include <crm/cpp/text.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "feed/replay_report.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

const std::string header_line =
    R"({"feed":"crm-feed/1","tenant":"mall-1","source":"send-engine","timezone":"Asia/Seoul",)"
    R"("currency":"KRW"})";

// An event's text from its type and further members.
std::string event_text(std::string_view type, std::string_view members) {
  return R"({"at":"1970-01-01T00:00:00Z","type":")" + std::string(type) + R"(",)" +
         std::string(members) + "}";
}

TEST(FeedHeader, IsRead) {
  const auto parsed = parse_feed_header(header_line);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed.value().tenant, "mall-1");
  EXPECT_EQ(parsed.value().source, "send-engine");
  EXPECT_EQ(parsed.value().time_zone, "Asia/Seoul");
  EXPECT_EQ(parsed.value().currency, "KRW");
}

std::string header_with(std::string_view field, std::string_view value) {
  std::string text = header_line;
  const size_t begin = text.find("\"" + std::string(field) + "\":") + field.size() + 3;
  return text.replace(begin, text.find_first_of(",}", begin) - begin, value);
}

TEST(FeedHeader, WrongFieldIsNamed) {
  const std::pair<const char*, std::string> wrong[] = {{"feed", "\"crm-feed/2\""},
                                                       {"feed", "1"},
                                                       {"tenant", "\"\""},
                                                       {"tenant", "null"},
                                                       {"tenant", "\"../../etc\""},
                                                       {"tenant", "\"a\\u0000b\""},
                                                       {"tenant", "\".hidden\""},
                                                       {"tenant", '"' + std::string(65, 't') + '"'},
                                                       {"source", "17"},
                                                       {"source", '"' + std::string(65, 's') + '"'},
                                                       {"timezone", "\"Mars/Olympus\""},
                                                       {"timezone", "9"},
                                                       {"currency", "\"won\""},
                                                       {"currency", "\"WON!\""}};
  for (const auto& [field, value] : wrong) {
    const auto parsed = parse_feed_header(header_with(field, value));
    ASSERT_FALSE(parsed) << field << " " << value;
    EXPECT_NE(parsed.error().detail.find(field), std::string::npos) << parsed.error().detail;
  }
  EXPECT_TRUE(parse_feed_header(header_with("tenant", '"' + std::string(64, 't') + '"')));
}

TEST(FeedHeader, WhatIsNoHeaderIsRefused) {
  for (const char* text : {"", "{", "[]", "17", "{}", R"({"seq":1,"type":"touch"})"}) {
    EXPECT_FALSE(parse_feed_header(text)) << text;
  }
  EXPECT_FALSE(parse_feed_header(header_line + header_line));
}

// One line through the parser.
class EventLine : public testing::Test {
 protected:
  void parse(std::string_view text, uint64_t position = 0) {
    batch_.clear();
    parser_ = std::make_unique<EventParser>(ResumePoint{position, {}});
    EXPECT_TRUE(parser_->parse({7, false, false, text}, batch_)) << "it is no header: " << text;
  }

  template <class T>
  const T& event() {
    EXPECT_EQ(batch_.events().size(), 1u) << reason();
    const auto& event = *reinterpret_cast<const T*>(batch_.events().at(0));
    EXPECT_EQ(event.head.size, sizeof(T));
    return event;
  }

  std::string reason() {
    return batch_.rejected_lines().empty() ? "" : batch_.rejected_lines()[0].reason;
  }

  // Asserts that the line is rejected for a reason with these words.
  void expect_rejected(std::string_view text, std::initializer_list<const char*> words) {
    parse(text);
    EXPECT_EQ(batch_.rejected, 1u) << text;
    const auto& report = event<crm_event_refused>();
    EXPECT_EQ(report.head.kind, CRM_EVENT_REFUSED) << text;
    EXPECT_EQ(report.line, 7u);
    EXPECT_EQ(crm::view(report.reason), reason());
    EXPECT_LT(batch_.arena().bytes(), 2048u) << "a rejected line keeps memory";
    for (const char* word : words) {
      EXPECT_NE(reason().find(word), std::string::npos) << text << " -> " << reason();
    }
  }

  EventBatch batch_;
  std::unique_ptr<EventParser> parser_;
};

TEST_F(EventLine, MessageIsBuilt) {
  parse(R"({"seq":1,"type":"message","at":"1970-01-01T00:00:01Z","message_id":"M","kind":"manual",
      "channel":"alimtalk","name":"안녕","state":"scheduled",
      "scheduled_at":"1970-01-01T00:00:02Z",
      "audience":12})");
  const auto& message = event<crm_event_message>();
  EXPECT_EQ(message.head.kind, CRM_EVENT_MESSAGE);
  EXPECT_EQ(message.head.seq, 1u);
  EXPECT_EQ(message.head.at_us, 1'000'000);
  EXPECT_EQ(message.head.flags, CRM_MESSAGE_HAS_SCHEDULED_AT | CRM_MESSAGE_HAS_AUDIENCE);
  EXPECT_EQ(crm::view(message.message_id), "M");
  EXPECT_EQ(crm::view(message.name), "안녕");
  EXPECT_EQ(message.message_kind, CRM_MESSAGE_MANUAL);
  EXPECT_EQ(message.channel, CRM_CHANNEL_ALIMTALK);
  EXPECT_EQ(message.state, CRM_STATE_SCHEDULED);
  EXPECT_EQ(message.scheduled_at_us, 2'000'000);
  EXPECT_EQ(message.audience, 12);
  EXPECT_EQ(batch_.line_of(0), 7u);
}

const std::string delivery =
    R"({"seq":2,"type":"delivery","at":"1970-01-01T00:00:00Z","message_id":"M","delivery_id":"d",)"
    R"("member_id":"m","channel":"other","provider":"p","status":"failed")";

TEST_F(EventLine, DeliveryIsBuiltWithAndWithoutItsOptionalFields) {
  parse(delivery +
        R"(,"code":"3018","detail":"x","fallback_of":"c","cost_minor":-5,"currency":"KRW"})");
  EXPECT_EQ(event<crm_event_delivery>().head.flags, CRM_DELIVERY_HAS_COST);
  EXPECT_EQ(event<crm_event_delivery>().cost_minor, -5);
  EXPECT_EQ(crm::view(event<crm_event_delivery>().code), "3018");
  EXPECT_EQ(crm::view(event<crm_event_delivery>().fallback_of), "c");
  EXPECT_EQ(event<crm_event_delivery>().channel, CRM_CHANNEL_OTHER);
  EXPECT_EQ(event<crm_event_delivery>().status, CRM_DELIVERY_FAILED);
  parse(delivery + R"(,"code":null,"cost_minor":null})");
  EXPECT_EQ(event<crm_event_delivery>().head.flags, 0u);
  EXPECT_EQ(event<crm_event_delivery>().code.size, 0u);
}

TEST_F(EventLine, EveryTouchRefundAndErasureIsBuilt) {
  parse(event_text("touch", R"("seq":3,"touch":"coupon","message_id":"M","member_id":"m")"));
  EXPECT_EQ(event<crm_event_touch>().touch, CRM_TOUCH_COUPON);
  EXPECT_EQ(event<crm_event_touch>().delivery_id.size, 0u);
  parse(event_text("refund", R"("seq":4,"refund_id":"R","order_id":"O","currency":"KRW",)"
                             R"("amount_minor":9223372036854775807)"));
  EXPECT_EQ(event<crm_event_refund>().amount_minor, INT64_MAX);
  parse(event_text("member_erased", R"("member_id":"m","seq":9223372036854775807)"));
  EXPECT_EQ(crm::view(event<crm_event_member_erased>().member_id), "m");
  EXPECT_EQ(event<crm_event_member_erased>().head.seq, uint64_t{INT64_MAX});
}

std::string order_with(std::string_view lines, std::string_view member = "null") {
  return R"({"seq":5,"type":"order","at":"1970-01-01T00:00:00Z","order_id":"O","currency":"GBP",)"
         R"("amount_minor":7,"member_id":)" +
         std::string(member) + R"(,"lines":)" + std::string(lines) + "}";
}

TEST_F(EventLine, OrderIsBuiltWithItsLines) {
  parse(order_with(R"([{"product_no":"P","name":"n","unit_price_minor":5,"option":"red",
      "option_price_minor":-1,"quantity":2},
      {"product_no":"Q","name":"","unit_price_minor":0,"quantity":1}])"));
  const auto& order = event<crm_event_order>();
  EXPECT_EQ(order.member_id.size, 0u);
  EXPECT_EQ(order.revision, 0);
  ASSERT_EQ(order.line_count, 2u);
  EXPECT_EQ(order.lines[0]->size, sizeof(crm_order_line));
  EXPECT_EQ(crm::view(order.lines[0]->product_no), "P");
  EXPECT_EQ(crm::view(order.lines[0]->option), "red");
  EXPECT_EQ(order.lines[0]->option_price_minor, -1);
  EXPECT_EQ(order.lines[1]->quantity, 1);
  EXPECT_EQ(order.lines[1]->option.size, 0u);
  parse(order_with("[]", "\"m\""));
  EXPECT_EQ(event<crm_event_order>().line_count, 0u);
  EXPECT_EQ(crm::view(event<crm_event_order>().member_id), "m");
}

TEST_F(EventLine, WrongOrderLinesAreNamedByIndexAndField) {
  const std::string good = R"({"product_no":"P","name":"n","unit_price_minor":5,"quantity":2})";
  expect_rejected(order_with("[" + good + ",17]"), {"lines[1] is a number", "object"});
  expect_rejected(order_with("[[" + good + "]]"), {"lines[0] is an array"});
  expect_rejected(order_with("[" + good + R"(,{"product_no":"P"}])"),
                  {"lines[1] \"name\" is missing"});
  expect_rejected(
      order_with(R"([{"product_no":"P","name":"n","unit_price_minor":5.5,"quantity":2}])"),
      {"lines[0] \"unit_price_minor\" is a number with a fraction"});
  expect_rejected(order_with(R"([{"product_no":"P","product_no":"Q"}])"),
                  {"\"product_no\" stands twice"});
  expect_rejected(order_with("{}"), {"\"lines\" is an object"});
  expect_rejected(order_with("null"), {"\"lines\" is null"});
}

TEST_F(EventLine, FieldsOfOtherTypesAndUnknownFieldsAreIgnored) {
  parse(delivery + R"(,"lines":17,"colour":{"a":[1,{"b":null,"seq":1}]},"amount_minor":"x"})");
  EXPECT_EQ(event<crm_event_delivery>().head.seq, 2u);
  parse(order_with(
      R"([{"product_no":"P","name":"n","unit_price_minor":5,"quantity":2,"x":[{"quantity":3}]}])"));
  EXPECT_EQ(event<crm_event_order>().lines[0]->quantity, 2);
}

TEST_F(EventLine, MissingFieldIsNamed) {
  expect_rejected(R"({"type":"touch","at":"1970-01-01T00:00:00Z"})", {"\"seq\" is missing"});
  expect_rejected(R"({"seq":1,"at":"1970-01-01T00:00:00Z"})", {"\"type\" is missing"});
  expect_rejected(R"({"seq":1,"type":"member_erased","member_id":"m"})", {"\"at\" is missing"});
  expect_rejected(R"({"seq":1,"type":"member_erased","at":"1970-01-01T00:00:00Z"})",
                  {"\"member_id\" is missing", "send it as text"});
  expect_rejected(R"({"seq":5,"type":"order","at":"1970-01-01T00:00:00Z","order_id":"O",)"
                  R"("currency":"GBP","amount_minor":7,"lines":[]})",
                  {"\"member_id\" is missing"});
}

TEST_F(EventLine, UnknownChoiceListsTheAllowedOnes) {
  std::string text = delivery + "}";
  expect_rejected(text.replace(text.find("failed"), 6, "exploded"),
                  {"\"status\" is \"exploded\"", "delivered", "held_out"});
}

TEST_F(EventLine, NumbersMustBeWholeAndFitInInt64) {
  const auto refund = [](std::string_view amount) {
    return R"({"seq":4,"type":"refund","at":"1970-01-01T00:00:00Z","refund_id":"R","order_id":"O",)"
           R"("currency":"KRW","amount_minor":)" +
           std::string(amount) + "}";
  };
  for (const char* amount : {"5.5", "5.0", "1e3"}) expect_rejected(refund(amount), {"fraction"});
  for (const char* amount : {"9223372036854775808", "18446744073709551616", "-9223372036854775809",
                             "100000000000000000000000000000000000000"}) {
    expect_rejected(refund(amount), {"beyond 64 bits"});
  }
  for (const char* amount : {"\"5\"", "true", "null", "[5]", "{}"}) {
    expect_rejected(refund(amount), {"amount_minor", "whole number"});
  }
  parse(refund("-9223372036854775808"));
  EXPECT_EQ(event<crm_event_refund>().amount_minor, INT64_MIN);
}

TEST_F(EventLine, SeqStartsAtOne) {
  for (const char* seq : {"0", "-1", "9223372036854775808", "1.5", "\"1\""}) {
    expect_rejected(R"({"seq":)" + std::string(seq) +
                        R"(,"type":"member_erased","at":"1970-01-01T00:00:00Z","member_id":"m"})",
                    {"\"seq\" is"});
  }
}

TEST_F(EventLine, WhatIsNoJsonObjectIsRejected) {
  for (const char* text : {"hello", "[1,2]", "17", "\"x\"", "null", "{", "{}{}", "{\"seq\":1,}",
                           "{'seq':1}", "{\"seq\":01}", "{\"name\":\"\\ud800\"}"}) {
    expect_rejected(text, {"JSON"});
  }
  expect_rejected(std::string_view("{\"seq\":1\0}", 10), {"JSON"});
  expect_rejected(std::string_view("{\"seq\":1}\0{}", 12), {"JSON at byte 10"});
  expect_rejected("{\"name\":\"\xff\xfe\"}", {"not valid UTF-8"});
  expect_rejected("{\"name\":\"\xc0\xaf\"}", {"not valid UTF-8"});
}

TEST_F(EventLine, DuplicateKeysAreRejectedAtEveryLevel) {
  expect_rejected(R"({"seq":1,"seq":2})", {"\"seq\" stands twice"});
  expect_rejected(R"({"x":1,"x":2})", {"\"x\" stands twice"});
  expect_rejected(R"({"x":{"y":1,"z":2,"y":3}})", {"\"y\" stands twice"});
  parse(delivery + R"(,"x":{"y":1},"z":{"y":1},"w":[{"y":1},{"y":2}]})");
  EXPECT_EQ(batch_.events().size(), 1u) << reason();
}

TEST_F(EventLine, DepthIsCapped) {
  const auto nested = [](int depth) {  // the event's own object is the first level
    return delivery + ",\"x\":" + std::string(size_t(depth - 1), '[') +
           std::string(size_t(depth - 1), ']') + "}";
  };
  parse(nested(feed_depth_max));
  EXPECT_EQ(batch_.events().size(), 1u) << reason();
  expect_rejected(nested(feed_depth_max + 1), {"deeper than 16"});
  expect_rejected(nested(100'000), {"deeper than 16"});
}

TEST_F(EventLine, UnknownTypesAreSkippedNotRejected) {
  parse(R"({"seq":1,"type":"survey","anything":17})");
  EXPECT_EQ(batch_.skipped, 1u);
  EXPECT_EQ(batch_.rejected, 0u);
  EXPECT_EQ(parser_->skipped_names(), std::set<std::string>{"type survey"});
  EXPECT_EQ(event<crm_event_refused>().head.flags, CRM_REFUSED_IS_SKIPPED);
  EXPECT_EQ(event<crm_event_refused>().head.seq, 1u);
}

TEST_F(EventLine, UnknownChannelsAndTouchesAreSkippedByName) {
  std::string text = delivery + "}";
  parse(text.replace(text.find("\"other\""), 7, "\"pigeon\""));
  EXPECT_EQ(crm::view(event<crm_event_refused>().name), "channel pigeon");
  EXPECT_EQ(event<crm_event_refused>().head.seq, 2u);
  parse(event_text("touch", R"("seq":3,"touch":"hover","message_id":"M","member_id":"m")"));
  EXPECT_EQ(crm::view(event<crm_event_refused>().name), "touch hover");
  expect_rejected(event_text("touch", R"("seq":3,"touch":"hover","message_id":"M")"),
                  {"\"member_id\" is missing"});
  const std::string long_name(1000, 'c');
  parse(event_text("touch", R"("seq":3,"touch":")" + long_name +
                                R"(","message_id":"M",)"
                                R"("member_id":"m")"));
  EXPECT_LE(event<crm_event_refused>().name.size, CRM_REFUSED_NAME_BYTES_MAX);
}

TEST_F(EventLine, ARefusedLineKeepsItsNumberWhereItCanBeTrusted) {
  parse(R"({"seq":4,"type":"touch","at":"yesterday"})");
  EXPECT_EQ(event<crm_event_refused>().head.seq, 4u);
  EXPECT_EQ(crm::view(event<crm_event_refused>().name), "touch");
  parse(R"({"seq":4,"type":"touch","at":)");
  EXPECT_EQ(event<crm_event_refused>().head.seq, 0u);
  parse(R"({"seq":-4,"type":"touch"})");
  EXPECT_EQ(event<crm_event_refused>().head.seq, 0u);
}

TEST_F(EventLine, HeadersEndTheStreamWhereverTheyStand) {
  const std::string event = event_text("member_erased", R"("member_id":"m","seq":3)");
  const auto ends_with_header = [&](const std::string& text, uint64_t position, size_t events) {
    batch_.clear();
    parser_ = std::make_unique<EventParser>(ResumePoint{position, {}});
    EXPECT_FALSE(parser_->parse({7, false, false, text}, batch_)) << text;
    EXPECT_EQ(batch_.events().size(), events) << text;
    EXPECT_NE(parser_->header_text().find("mall-1"), std::string_view::npos) << text;
  };
  for (const uint64_t position : {0, 3}) {
    const size_t events = position == 0 ? 1 : 0;
    ends_with_header(header_line, position, 0);
    ends_with_header(header_line.substr(0, header_line.size() - 1), position, 0);
    ends_with_header(R"({"seq":1,)" + header_line.substr(1), position, 0);
    ends_with_header(event + header_line, position, events);
    ends_with_header(event + "\xEF\xBB\xBF " + header_line, position, events);
    ends_with_header(event + R"({"tenant":"mall-1","feed":"crm-feed/1"})", position, 0);
  }
  parse(event_text("member_erased", R"("member_id":"\"feed\"","seq":3)"));
  EXPECT_EQ(batch_.events().size(), 1u) << "a text that names a feed is no header";
}

TEST_F(EventLine, RefusedOnesThatCameAgainAreCountedApart) {
  parser_ = std::make_unique<EventParser>(ResumePoint{9, {2, 4}});
  parser_->parse({7, false, false, delivery + "}"}, batch_);
  EXPECT_EQ(batch_.duplicates, 1u);
  ASSERT_EQ(batch_.passed_lines().size(), 1u);
  EXPECT_EQ(batch_.passed_lines()[0].line, 7u);
  EXPECT_EQ(batch_.passed_lines()[0].seq, 2u);
}

TEST_F(EventLine, WhatIsTakenAgainIsMarked) {
  for (const uint64_t position : {1, 2}) {
    batch_.clear();
    parser_ = std::make_unique<EventParser>(ResumePoint{position, {}}, TakenAgain::every_line);
    parser_->parse({7, false, false, delivery + "}"}, batch_);
    EXPECT_EQ(event<crm_event_delivery>().head.flags, position == 2 ? CRM_EVENT_AGAIN : 0u);
  }
}

TEST_F(EventLine, UpToThePositionLinesAreDuplicates) {
  parse(delivery + "}", 2);
  EXPECT_EQ(batch_.duplicates, 1u);
  EXPECT_TRUE(batch_.events().empty());
  parse(delivery + "}", 1);
  EXPECT_EQ(batch_.duplicates, 0u);
  EXPECT_EQ(batch_.events().size(), 1u);
  parse(event_text("member_erased", R"("x":[{"seq":1}],"member_id":"m","seq":3)"), 2);
  EXPECT_EQ(batch_.events().size(), 1u) << "only the event's own seq counts";
}

TEST_F(EventLine, WhiteSpaceIsNoEvent) {
  for (const char* text : {"", " ", "\t \r", "\r"}) {
    parse(text);
    EXPECT_EQ(batch_.lines_read, 0u);
  }
  parse(delivery + "}\r");
  EXPECT_EQ(batch_.events().size(), 1u) << reason();
}

class FeedBatches : public testing::Test {
 protected:
  std::filesystem::path write(std::string_view text) {
    const auto path = std::filesystem::path(folder_.path()) / "feed.ndjson";
    std::ofstream(path, std::ios::binary).write(text.data(), std::streamsize(text.size()));
    return path;
  }

  static std::string erasure(uint64_t seq, size_t padding = 0) {
    return R"({"seq":)" + std::to_string(seq) +
           R"(,"type":"member_erased","at":"1970-01-01T00:00:00Z","member_id":"m)" +
           std::string(padding, 'x') + "\"}\n";
  }

  TemporaryFolder folder_;
};

TEST_F(FeedBatches, AreFilledUpToTheirSizeInOrder) {
  std::string text = header_line + "\n";
  for (uint64_t seq = 1; seq <= 25; ++seq) text += erasure(seq);
  auto reader = FeedReader::open(write(text));
  ASSERT_TRUE(reader);
  EventBatch batch;
  std::vector<size_t> sizes;
  uint64_t expected_seq = 1;
  for (bool more = true; more;) {
    more = reader.value()->fill(batch, 10).value();
    sizes.push_back(batch.events().size());
    for (size_t i = 0; i < batch.events().size(); ++i) {
      EXPECT_EQ(batch.line_of(i), expected_seq + 1);
      EXPECT_EQ(batch.events()[i]->seq, expected_seq++);
    }
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{10, 10, 5}));
}

TEST_F(FeedBatches, EndEarlyWhenTheyGetLarge) {
  std::string text = header_line + "\n";
  for (uint64_t seq = 1; seq <= 20; ++seq) text += erasure(seq, 1'000'000);
  auto reader = FeedReader::open(write(text));
  ASSERT_TRUE(reader);
  EventBatch batch;
  ASSERT_TRUE(reader.value()->fill(batch, 1000).value());
  EXPECT_LT(batch.events().size(), 11u);
  EXPECT_LT(batch.arena().bytes(), batch_bytes_max + 2 * feed_line_bytes_max);
}

TEST_F(FeedBatches, EndAfterAStretchOfBlankLinesSoThatAReaderCanStop) {
  const std::string blank(3 * batch_lines_max, '\n');
  auto reader = FeedReader::open(write(header_line + "\n" + blank + erasure(1)));
  ASSERT_TRUE(reader);
  EventBatch batch;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader.value()->fill(batch, 10).value());
    EXPECT_TRUE(batch.events().empty());
  }
  EXPECT_FALSE(reader.value()->fill(batch, 10).value());
  EXPECT_EQ(batch.events().size(), 1u);
}

TEST_F(FeedBatches, CountEveryLineOnce) {
  std::string text = header_line + "\n";
  for (uint64_t seq = 1; seq <= 6; ++seq) text += erasure(seq);
  text += "nonsense\n\n{\"seq\":9,\"type\":\"survey\"}\n";
  text += std::string(feed_line_bytes_max + 1, 'x') + "\n" + erasure(10);
  auto reader = FeedReader::open(write(text));
  ASSERT_TRUE(reader);
  reader.value()->resume({4, {}});
  EventBatch batch;
  EXPECT_FALSE(reader.value()->fill(batch, 1000).value());
  EXPECT_EQ(batch.lines_read, 10u);
  EXPECT_EQ(batch.duplicates, 4u);
  EXPECT_EQ(batch.events().size(), 6u) << "three are sent and three reported";
  EXPECT_EQ(batch.skipped, 1u);
  EXPECT_EQ(batch.rejected, 2u);
  EXPECT_EQ(batch.rejected_lines()[0].line, 8u);
  EXPECT_EQ(batch.rejected_lines()[1].line, 11u);
}

TEST_F(FeedBatches, KeepAFewReasonsAndCountTheRest) {
  std::string text = header_line + "\n";
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  auto reader = FeedReader::open(write(text));
  ASSERT_TRUE(reader);
  EventBatch batch;
  EXPECT_FALSE(reader.value()->fill(batch, 1001).value());
  EXPECT_EQ(batch.rejected, 1000u);
  EXPECT_EQ(batch.rejected_lines().size(), rejected_lines_shown_max);
}

TEST_F(FeedBatches, BrokenHeaderNamesTheFileAndTheLine) {
  const auto reader = FeedReader::open(write("{\"seq\":1}\n"));
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().detail.find("feed.ndjson:1: the first line is no header"),
            std::string::npos)
      << reader.error().detail;
}

TEST(EventArena, ReusesItsMemory) {
  Arena arena;
  const void* const first = arena.take(100);
  const Arena::Mark mark = arena.mark();
  const void* const second = arena.take(1u << 20);
  arena.rewind(mark);
  EXPECT_EQ(arena.take(1u << 20), second);
  arena.clear();
  EXPECT_EQ(arena.bytes(), 0u);
  EXPECT_EQ(arena.take(1), first);
}

}  // namespace
}  // namespace host_stub
