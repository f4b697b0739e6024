// One wrong event between two right ones: it is rejected with a reason, they are recorded.
#include <gtest/gtest.h>
#include <crm/cpp/text.hpp>

#include <cstring>
#include <functional>
#include <ostream>
#include <string>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "test_host.h"

namespace crm_tests {
namespace {

constexpr crm_str null_with_size{nullptr, 3};
constexpr crm_str unending{nullptr, UINT64_MAX};
// Readable, but only for its first byte: what is above a maximum must not be read at all.
constexpr crm_str far_too_long{"x", uint64_t{1} << 40};

std::string text_of(size_t bytes) {
  return std::string(bytes, 'x');
}

// Adds one event that is wrong in one point.
struct Wrong {
  const char* name;
  std::function<void(EventBatch&)> add;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.name;
}

class HostileEvent : public testing::TestWithParam<Wrong> {};

TEST_P(HostileEvent, IsRejectedAlone) {
  TestHost host;
  const Library library(plugin_path());
  const Instance instance(library, &host.raw);
  ASSERT_TRUE(instance.runs()) << TestHost::take_explanation();
  EventBatch batch("mall-1", "orders");
  batch.message("before");
  GetParam().add(batch);
  batch.message("after");
  const crm_event_batch sent = batch.raw();
  Ack ack;
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK)
      << TestHost::take_explanation();
  EXPECT_EQ(ack.raw.accepted, 2u);
  EXPECT_EQ(ack.raw.rejected, 1u);
  EXPECT_EQ(ack.raw.duplicates + ack.raw.skipped, 0u);
  EXPECT_EQ(ack.raw.durable_seq, batch.last_seq());
  ASSERT_EQ(ack.raw.rejections_count, 1u);
  const crm_event_rejection& rejection = ack.rejections[0];
  EXPECT_EQ(rejection.index, 1u);
  const size_t length = strnlen(rejection.reason, sizeof(rejection.reason));
  ASSERT_LT(length, sizeof(rejection.reason)) << "the reason is not terminated";
  EXPECT_GT(length, 10u) << "the reason says nothing: " << rejection.reason;
  EXPECT_TRUE(crm::is_utf8({rejection.reason, length}));
}

std::vector<Wrong> wrong_structures() {
  return {
      {"null_pointer", [](EventBatch& b) { b.null(); }},
      {"size_zero", [](EventBatch& b) { b.message("m").head.size = 0; }},
      {"shorter_than_its_head", [](EventBatch& b) { b.message("m").head.size = 31; }},
      {"message_shorter_than_its_kind",
       [](EventBatch& b) { b.message("m").head.size = sizeof(crm_event_message) - 1; }},
      {"delivery_shorter_than_its_kind",
       [](EventBatch& b) { b.delivery("m", "a").head.size = sizeof(crm_event_delivery) - 1; }},
      {"touch_shorter_than_its_kind",
       [](EventBatch& b) { b.click("m", "a").head.size = sizeof(crm_event_touch) - 1; }},
      {"order_shorter_than_its_kind",
       [](EventBatch& b) { b.order("a").head.size = sizeof(crm_event_order) - 1; }},
      {"refund_shorter_than_its_kind",
       [](EventBatch& b) { b.refund("o").head.size = sizeof(crm_event_refund) - 1; }},
      {"erasure_shorter_than_its_kind",
       [](EventBatch& b) { b.erasure("a").head.size = sizeof(crm_event_member_erased) - 1; }},
      {"time_before_1970", [](EventBatch& b) { b.message("m").head.at_us = CRM_TIME_US_MIN - 1; }},
      {"time_of_2200", [](EventBatch& b) { b.message("m").head.at_us = CRM_TIME_US_MAX; }},
      {"time_lowest", [](EventBatch& b) { b.message("m").head.at_us = INT64_MIN; }},
      {"time_highest", [](EventBatch& b) { b.order("a").head.at_us = INT64_MAX; }},
  };
}

std::vector<Wrong> wrong_texts() {
  return {
      {"message_id_empty", [](EventBatch& b) { b.message(""); }},
      {"message_id_null_with_size",
       [](EventBatch& b) { b.message("m").message_id = null_with_size; }},
      {"message_id_unending", [](EventBatch& b) { b.message("m").message_id = unending; }},
      {"message_id_too_long", [](EventBatch& b) { b.message(text_of(CRM_ID_BYTES_MAX + 1)); }},
      {"message_id_not_utf8", [](EventBatch& b) { b.message("m\xc3"); }},
      {"message_id_surrogate", [](EventBatch& b) { b.message("m\xed\xa0\x80"); }},
      {"message_id_overlong", [](EventBatch& b) { b.message("m\xc0\xaf"); }},
      {"message_id_far_too_long", [](EventBatch& b) { b.message("m").message_id = far_too_long; }},
      {"message_name_far_too_long", [](EventBatch& b) { b.message("m").name = far_too_long; }},
      {"member_id_far_too_long",
       [](EventBatch& b) { b.delivery("m", "a").member_id = far_too_long; }},
      {"detail_far_too_long", [](EventBatch& b) { b.delivery("m", "a").detail = far_too_long; }},
      {"erasure_far_too_long", [](EventBatch& b) { b.erasure("a").member_id = far_too_long; }},
      {"message_name_too_long",
       [](EventBatch& b) { b.message("m").name = b.keep(text_of(CRM_NAME_BYTES_MAX + 1)); }},
      {"message_name_not_utf8", [](EventBatch& b) { b.message("m").name = crm::str("\xff"); }},
      {"delivery_id_empty", [](EventBatch& b) { b.delivery("m", "a").delivery_id = {}; }},
      {"delivery_of_no_message", [](EventBatch& b) { b.delivery("", "a"); }},
      {"delivery_to_nobody", [](EventBatch& b) { b.delivery("m", ""); }},
      {"provider_too_long",
       [](EventBatch& b) {
         b.delivery("m", "a").provider = b.keep(text_of(CRM_PROVIDER_BYTES_MAX + 1));
       }},
      {"code_too_long",
       [](EventBatch& b) { b.delivery("m", "a").code = b.keep(text_of(CRM_CODE_BYTES_MAX + 1)); }},
      {"detail_too_long",
       [](EventBatch& b) {
         b.delivery("m", "a").detail = b.keep(text_of(CRM_DETAIL_BYTES_MAX + 1));
       }},
      {"detail_null_with_size",
       [](EventBatch& b) { b.delivery("m", "a").detail = null_with_size; }},
      {"fallback_of_unending", [](EventBatch& b) { b.delivery("m", "a").fallback_of = unending; }},
      {"touch_of_no_message", [](EventBatch& b) { b.click("", "a"); }},
      {"touch_by_nobody", [](EventBatch& b) { b.click("m", ""); }},
      {"order_id_empty", [](EventBatch& b) { b.order("a").order_id = {}; }},
      {"order_member_not_utf8", [](EventBatch& b) { b.order("\x80"); }},
      {"refund_of_no_order", [](EventBatch& b) { b.refund(""); }},
      {"refund_id_empty", [](EventBatch& b) { b.refund("o").refund_id = {}; }},
      {"erasure_of_nobody", [](EventBatch& b) { b.erasure(""); }},
  };
}

std::vector<Wrong> wrong_values() {
  return {
      {"message_kind_0", [](EventBatch& b) { b.message("m").message_kind = 0; }},
      {"message_kind_3", [](EventBatch& b) { b.message("m").message_kind = 3; }},
      {"message_channel_10", [](EventBatch& b) { b.message("m").channel = 10; }},
      {"message_state_0", [](EventBatch& b) { b.message("m").state = 0; }},
      {"message_state_5", [](EventBatch& b) { b.message("m").state = 5; }},
      {"message_audience_negative",
       [](EventBatch& b) {
         auto& event = b.message("m");
         event.head.flags = CRM_MESSAGE_HAS_AUDIENCE;
         event.audience = -1;
       }},
      {"message_scheduled_in_2200",
       [](EventBatch& b) {
         auto& event = b.message("m");
         event.head.flags = CRM_MESSAGE_HAS_SCHEDULED_AT;
         event.scheduled_at_us = CRM_TIME_US_MAX;
       }},
      {"delivery_status_0", [](EventBatch& b) { b.delivery("m", "a").status = 0; }},
      {"delivery_status_8", [](EventBatch& b) { b.delivery("m", "a").status = 8; }},
      {"delivery_channel_10", [](EventBatch& b) { b.delivery("m", "a").channel = 10; }},
      {"delivery_cost_without_currency",
       [](EventBatch& b) { b.delivery("m", "a").head.flags = CRM_DELIVERY_HAS_COST; }},
      {"delivery_cost_above_the_maximum",
       [](EventBatch& b) {
         auto& event = b.delivery("m", "a");
         event.head.flags = CRM_DELIVERY_HAS_COST;
         event.currency = crm::str("KRW");
         event.cost_minor = CRM_AMOUNT_MINOR_MAX + 1;
       }},
      {"touch_0", [](EventBatch& b) { b.click("m", "a").touch = 0; }},
      {"touch_4", [](EventBatch& b) { b.click("m", "a").touch = 4; }},
      {"order_currency_empty", [](EventBatch& b) { b.order("a").currency = {}; }},
      {"order_currency_unending", [](EventBatch& b) { b.order("a").currency = unending; }},
      {"order_currency_far_too_long", [](EventBatch& b) { b.order("a").currency = far_too_long; }},
      {"refund_currency_far_too_long",
       [](EventBatch& b) { b.refund("o").currency = far_too_long; }},
      {"delivery_currency_far_too_long",
       [](EventBatch& b) {
         auto& event = b.delivery("m", "a");
         event.head.flags = CRM_DELIVERY_HAS_COST;
         event.currency = far_too_long;
       }},
      {"fallback_of_and_delivery_id_far_too_long",
       [](EventBatch& b) {
         static const char here[] = {'x'};
         static const char there[] = {'x'};
         auto& event = b.delivery("m", "a");
         event.delivery_id = {here, far_too_long.size};
         event.fallback_of = {there, far_too_long.size};
       }},
      {"order_currency_of_two_letters",
       [](EventBatch& b) { b.order("a").currency = crm::str("KR"); }},
      {"order_amount_above_the_maximum",
       [](EventBatch& b) { b.order("a").amount_minor = CRM_AMOUNT_MINOR_MAX + 1; }},
      {"order_amount_lowest", [](EventBatch& b) { b.order("a").amount_minor = INT64_MIN; }},
      {"order_lines_null_with_count", [](EventBatch& b) { b.order("a").lines = nullptr; }},
      {"order_lines_above_the_maximum",
       [](EventBatch& b) {
         auto& event = b.order("a");
         static std::vector<const crm_order_line*> lines;
         lines.assign(CRM_ORDER_LINES_MAX + 1, event.lines[0]);
         event.lines = lines.data();
         event.line_count = lines.size();
       }},
      {"order_lines_unending", [](EventBatch& b) { b.order("a").line_count = UINT64_MAX; }},
      {"order_line_null",
       [](EventBatch& b) {
         static const crm_order_line* const lines[] = {nullptr};
         b.order("a").lines = lines;
       }},
      {"refund_amount_above_the_maximum",
       [](EventBatch& b) { b.refund("o").amount_minor = CRM_AMOUNT_MINOR_MAX + 1; }},
      {"refund_currency_empty", [](EventBatch& b) { b.refund("o").currency = {}; }},
  };
}

// An order whose only line is wrong in one point.
Wrong wrong_line(const char* name, void (*spoil)(crm_order_line&)) {
  return {name, [spoil](EventBatch& batch) {
            auto& event = batch.order("a");
            spoil(const_cast<crm_order_line&>(*event.lines[0]));
          }};
}

std::vector<Wrong> wrong_lines() {
  return {
      wrong_line("line_short", [](crm_order_line& line) { line.size = sizeof(line) - 1; }),
      wrong_line("line_name_null_with_size",
                 [](crm_order_line& line) { line.name = null_with_size; }),
      wrong_line("line_name_not_utf8", [](crm_order_line& line) { line.name = crm::str("\xfe"); }),
      wrong_line("line_name_far_too_long", [](crm_order_line& line) { line.name = far_too_long; }),
      wrong_line("line_product_far_too_long",
                 [](crm_order_line& line) { line.product_no = far_too_long; }),
      wrong_line("line_option_unending", [](crm_order_line& line) { line.option = unending; }),
      wrong_line("line_price_above_the_maximum",
                 [](crm_order_line& line) { line.unit_price_minor = CRM_AMOUNT_MINOR_MAX + 1; }),
      wrong_line("line_price_below_the_minimum",
                 [](crm_order_line& line) { line.unit_price_minor = -CRM_AMOUNT_MINOR_MAX - 1; }),
      wrong_line("line_quantity_below_the_minimum",
                 [](crm_order_line& line) { line.quantity = -CRM_QUANTITY_MAX - 1; }),
      wrong_line("line_option_price_lowest",
                 [](crm_order_line& line) { line.option_price_minor = INT64_MIN; }),
      wrong_line("line_quantity_above_the_maximum",
                 [](crm_order_line& line) { line.quantity = CRM_QUANTITY_MAX + 1; }),
      wrong_line("line_quantity_lowest", [](crm_order_line& line) { line.quantity = INT64_MIN; }),
  };
}

std::string name_of(const testing::TestParamInfo<Wrong>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(Structure, HostileEvent, testing::ValuesIn(wrong_structures()), name_of);
INSTANTIATE_TEST_SUITE_P(Text, HostileEvent, testing::ValuesIn(wrong_texts()), name_of);
INSTANTIATE_TEST_SUITE_P(Value, HostileEvent, testing::ValuesIn(wrong_values()), name_of);
INSTANTIATE_TEST_SUITE_P(Line, HostileEvent, testing::ValuesIn(wrong_lines()), name_of);

TEST(HostileEvent, WithASequenceOutsideTheRangeIsNeverAccepted) {
  TestHost host;
  const Library library(plugin_path());
  const Instance instance(library, &host.raw);
  EventBatch batch("mall-1", "orders");
  batch.message("before");
  batch.message("zero").head.seq = 0;
  batch.message("after");
  batch.message("above").head.seq = UINT64_MAX;
  const crm_event_batch sent = batch.raw();
  Ack ack;
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK);
  EXPECT_EQ(ack.raw.accepted, 2u);
  EXPECT_EQ(ack.raw.duplicates + ack.raw.rejected, 2u);
  EXPECT_EQ(ack.raw.durable_seq, 3u) << "a sequence out of range moved the position";
}

TEST(HostileEvent, AtEveryMaximumIsAccepted) {
  TestHost host;
  const Library library(plugin_path());
  const Instance instance(library, &host.raw);
  EventBatch batch("mall-1", "orders");
  auto& message = batch.message(text_of(CRM_ID_BYTES_MAX));
  message.name = batch.keep(text_of(CRM_NAME_BYTES_MAX));
  message.head.at_us = CRM_TIME_US_MIN;
  auto& delivery = batch.delivery(text_of(CRM_ID_BYTES_MAX), text_of(CRM_ID_BYTES_MAX));
  delivery.delivery_id = delivery.fallback_of = batch.keep(text_of(CRM_ID_BYTES_MAX));
  delivery.fallback_of.size = CRM_ID_BYTES_MAX - 1;
  delivery.provider = batch.keep(text_of(CRM_PROVIDER_BYTES_MAX));
  delivery.code = batch.keep(text_of(CRM_CODE_BYTES_MAX));
  delivery.detail = batch.keep(text_of(CRM_DETAIL_BYTES_MAX));
  delivery.head.at_us = CRM_TIME_US_MAX - 1;
  auto& order = batch.order(text_of(CRM_ID_BYTES_MAX));
  order.amount_minor = CRM_AMOUNT_MINOR_MAX;
  auto& line = const_cast<crm_order_line&>(*order.lines[0]);
  line.product_no = batch.keep(text_of(CRM_ID_BYTES_MAX));
  line.name = batch.keep(text_of(CRM_NAME_BYTES_MAX));
  line.option = batch.keep(text_of(CRM_OPTION_BYTES_MAX));
  line.unit_price_minor = CRM_AMOUNT_MINOR_MAX;
  line.quantity = CRM_QUANTITY_MAX;
  const std::vector<const crm_order_line*> lines(CRM_ORDER_LINES_MAX, &line);
  order.lines = lines.data();
  order.line_count = lines.size();
  batch.message("last").head.seq = INT64_MAX;
  const crm_event_batch sent = batch.raw();
  Ack ack;
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK)
      << TestHost::take_explanation();
  EXPECT_EQ(ack.raw.accepted, batch.count()) << ack.rejections[0].reason;
  EXPECT_EQ(ack.raw.durable_seq, static_cast<uint64_t>(INT64_MAX));
}

TEST(HostileEvent, WithLinesAtEveryMinimumIsAccepted) {
  TestHost host;
  const Library library(plugin_path());
  const Instance instance(library, &host.raw);
  EventBatch batch("mall-1", "orders");
  auto& line = const_cast<crm_order_line&>(*batch.order("returned").lines[0]);
  line.unit_price_minor = line.option_price_minor = -CRM_AMOUNT_MINOR_MAX;
  line.quantity = -CRM_QUANTITY_MAX;
  const crm_event_batch sent = batch.raw();
  Ack ack;
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK);
  EXPECT_EQ(ack.raw.accepted, batch.count()) << ack.rejections[0].reason;
}

}  // namespace
}  // namespace crm_tests
