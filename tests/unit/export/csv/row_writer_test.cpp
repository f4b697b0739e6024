// The rows of a file: deliveries merged with sales, and what each cell says.
#include <gtest/gtest.h>

#include <crm/cpp/failure.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "unit/export/csv/csv_of.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

constexpr std::int64_t noon_us = 1'795'402'800'000'000;  // 2026-11-23T03:00:00Z, noon in Seoul
constexpr std::int64_t minute_us = 60 * second_us;

class ExportRows : public testing::Test {
 protected:
  ExportRows() {
    history.message.number = MessageNo{7};
    history.message.message_id = "M-1";
    history.message.report.facts.kind = MessageKind::manual;
    history.message.report.facts.channel = Channel::alimtalk;
    history.routes[1] = {RouteNo{1}, Channel::alimtalk, "mts-kakao"};
    history.routes[2] = {RouteNo{2}, Channel::sms, "mts-sms"};
    history.members[1] = {MemberNo{1}, "member-0001", false};
    history.members[2] = {MemberNo{2}, "tombstone-93af", true};
    shape.zone = *TimeZone::find("Asia/Seoul");
  }

  Delivery& add_delivery(const std::string& id, std::vector<StatusMark> marks,
                         std::int64_t member = 1, std::int64_t route = 1) {
    Delivery& delivery = history.deliveries[id];
    delivery.message = history.message.number;
    delivery.delivery_id = id;
    delivery.state.marks.assign(marks.begin(), marks.end());
    delivery.state.member = MemberNo{member};
    for (StatusMark& mark : delivery.state.marks) mark.route = RouteNo{route};
    return delivery;
  }
  Delivery& add_success(const std::string& id) {
    return add_delivery(id, {{DeliveryStatus::sent, noon_us, "", ""}});
  }

  void add_sale(const std::string& delivery_id, const std::string& order_id, int lines,
                const std::string& currency = "KRW") {
    Order order;
    order.number = OrderNo{std::ssize(history.sales) + 1};
    order.order_id = order_id;
    order.version.currency = currency;
    order.version.amount_minor = 13900;
    for (int i = 0; i < lines; ++i) {
      order.version.lines.push_back({"P-" + std::to_string(i), "머그컵", "화이트", 12000, -500, 2});
    }
    history.orders[order.number.value] = order;
    Snapshot::Sale sale;
    sale.delivery_id = delivery_id;
    sale.order_id = order_id;
    sale.credit.order = order.number;
    sale.credit.message = history.message.number;
    sale.credit.currency = currency;
    sale.credit.gross_minor = 13900;
    sale.credit.refunded_minor = 900;
    sale.credit.touch = TouchKind::click;
    sale.credit.touch_at_us = noon_us;
    sale.credit.ordered_at_us = noon_us + 73 * minute_us;
    sale.credit.rule_version = 2;
    history.sales.push_back(sale);
  }

  using Row = std::map<std::string, std::string>;

  // What is not empty, by key.
  std::vector<Row> rows() {
    const std::vector<CsvColumn> columns = CsvColumns::all().list();
    std::vector<Row> all;
    for (const std::vector<std::string>& fields : csv_records(csv_of(history, shape))) {
      EXPECT_EQ(fields.size(), columns.size());
      Row& row = all.emplace_back();
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!fields[i].empty()) row[std::string(info_of(columns.at(i)).key)] = fields[i];
      }
    }
    return all;
  }

  // "delivery's sent_at minute:order_id/product_no" of every row, to see their order.
  std::string outline() {
    std::string text;
    for (Row& row : rows()) {
      text += row["failure_code"] + ':' + row["order_id"] + '/' + row["product_no"] + ' ';
    }
    return text;
  }

  FakeHistory history;
  ExportShape shape;
};

StatusMark failed_with(const std::string& code) {
  return {DeliveryStatus::failed, noon_us, code, ""};
}

TEST_F(ExportRows, NothingIsNoRow) {
  EXPECT_TRUE(rows().empty());
}

TEST_F(ExportRows, OneADeliveryOrderAndLine) {
  for (const char* id : {"a", "b", "c", "d"}) add_delivery(id, {failed_with(id)});
  add_sale("b", "O-2", 2);
  add_sale("b", "O-1", 0);
  add_sale("d", "O-3", 1);
  EXPECT_EQ(outline(),
            "mts-kakao:a:/ mts-kakao:b:O-1/ mts-kakao:b:O-2/P-0 mts-kakao:b:O-2/P-1 "
            "mts-kakao:c:/ mts-kakao:d:O-3/P-0 ");
}

TEST_F(ExportRows, SalesWithoutDeliveryComeFirstWithTheirMembers) {
  add_delivery("a", {failed_with("a")});
  add_sale("", "O-2", 1);
  add_sale("", "O-1", 0);
  add_sale("", "O-3", 0);
  history.sales[0].credit.member = MemberNo{1};
  history.sales[1].credit.member = MemberNo{2};
  EXPECT_EQ(outline(), ":O-1/ :O-2/P-0 :O-3/ mts-kakao:a:/ ");
  const auto all = rows();
  for (const Row& row : {all.at(0), all.at(1), all.at(2)}) {
    EXPECT_EQ(row.at("message_type"), "수동 알림톡");
    for (const char* key : {"sent", "sent_at", "failure_reason", "failure_code"}) {
      EXPECT_EQ(row.count(key), 0U) << key;
    }
  }
  EXPECT_EQ(all.at(0).at("member_id"), "탈퇴한 회원");
  EXPECT_EQ(all.at(1).at("member_id"), "me***");
  EXPECT_EQ(all.at(2).count("member_id"), 0U) << "an order of nobody";
  shape.masked = false;
  EXPECT_EQ(rows().at(1).at("member_id"), "member-0001");
}

TEST_F(ExportRows, NoSaleIsLostWhateverItStandsBeside) {
  add_delivery("b", {failed_with("b")});
  add_delivery("d", {failed_with("d")});
  add_delivery("f", {});  // only named as the original of a fallback
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g"})
    add_sale(id, std::string("O-") + id, 0);
  EXPECT_EQ(outline(), ":O-a/ mts-kakao:b:O-b/ :O-c/ mts-kakao:d:O-d/ :O-e/ :O-f/ :O-g/ ");
}

TEST_F(ExportRows, UnreportedDeliveriesAreNone) {
  for (const char* id : {"a", "b", "c"}) add_delivery(id, {});
  EXPECT_TRUE(rows().empty());
  add_success("b");
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(ExportRows, SuccessfulDelivery) {
  add_delivery("a", {{DeliveryStatus::accepted, noon_us, "0000", ""},
                     {DeliveryStatus::sent, noon_us + 2 * minute_us, "", ""},
                     {DeliveryStatus::delivered, noon_us + minute_us, "", ""}});
  EXPECT_EQ(rows(), (std::vector<Row>{{{"message_type", "수동 알림톡"},
                                       {"sent", "성공"},
                                       {"member_id", "me***"},
                                       {"sent_at", "2026-11-23T12:01:00+09:00"}}}));
}

TEST_F(ExportRows, FailedDeliveryInBothLanguages) {
  add_delivery("a", {{DeliveryStatus::accepted, noon_us, "", ""},
                     {DeliveryStatus::failed, noon_us + minute_us, "3008", "bad number"}});
  EXPECT_EQ(rows(), (std::vector<Row>{{{"message_type", "수동 알림톡"},
                                       {"sent", "실패"},
                                       {"failure_reason", "잘못된 수신 번호·주소"},
                                       {"failure_code", "mts-kakao:3008"},
                                       {"member_id", "me***"},
                                       {"sent_at", "2026-11-23T12:00:00+09:00"}}}));
  shape.locale = Locale::en;
  EXPECT_EQ(rows(), (std::vector<Row>{{{"message_type", "Manual AlimTalk"},
                                       {"sent", "Failed"},
                                       {"failure_reason", "Wrong number or address"},
                                       {"failure_code", "mts-kakao:3008"},
                                       {"member_id", "me***"},
                                       {"sent_at", "2026-11-23T12:00:00+09:00"}}}));
}

TEST_F(ExportRows, TypeNamesTheChannelOfTheAttempt) {
  add_delivery("a", {failed_with("3008")});
  add_delivery("b", {{DeliveryStatus::sent, noon_us, "", ""}}, 1, 2);
  EXPECT_EQ(rows().at(0).at("message_type"), "수동 알림톡");
  EXPECT_EQ(rows().at(1).at("message_type"), "수동 SMS");
}

TEST_F(ExportRows, FailureWithoutCodeIsUnclassified) {
  add_delivery("a", {failed_with("")});
  const Row row = rows().at(0);
  EXPECT_EQ(row.at("failure_reason"), "분류되지 않은 코드");
  EXPECT_EQ(row.count("failure_code"), 0U);
}

TEST_F(ExportRows, UncertainDeliveryIsPendingWithItsCode) {
  add_delivery("a", {{DeliveryStatus::uncertain, noon_us, "9999", ""}});
  add_delivery("b", {{DeliveryStatus::uncertain, noon_us, "", ""}});
  const auto all = rows();
  EXPECT_EQ(all.at(0).at("sent"), "대기");
  EXPECT_EQ(all.at(0).at("failure_code"), "mts-kakao:9999");
  EXPECT_EQ(all.at(1).at("sent"), "대기");
  EXPECT_EQ(all.at(1).count("failure_code"), 0U);
  EXPECT_EQ(all.at(1).count("failure_reason"), 0U);
}

TEST_F(ExportRows, ExcludedDeliveryWasNeverSent) {
  add_delivery("a", {{DeliveryStatus::skipped, noon_us, "opt-out", ""}});
  add_delivery("b", {{DeliveryStatus::held_out, noon_us, "", ""}});
  for (const Row& row : rows()) {
    EXPECT_EQ(row.at("sent"), "제외");
    EXPECT_EQ(row.count("sent_at"), 0U);
    EXPECT_EQ(row.count("failure_code"), 0U);
  }
}

TEST_F(ExportRows, SuccessHidesAnEarlierFailure) {
  add_delivery("a", {failed_with("3008"), {DeliveryStatus::delivered, noon_us, "", ""}});
  const Row row = rows().at(0);
  EXPECT_EQ(row.at("sent"), "성공");
  EXPECT_EQ(row.count("failure_code"), 0U);
}

TEST_F(ExportRows, MembersAreMaskedUnlessTheTokenSaysOtherwise) {
  add_success("a");
  add_success("b").state.member = MemberNo{2};
  add_success("c").state.member = member_ambiguous;
  add_success("d").state.member = MemberNo{};
  const auto members = [this] {
    std::string text;
    for (Row& row : rows()) text += row["member_id"] + '|';
    return text;
  };
  EXPECT_EQ(members(), "me***|탈퇴한 회원|||");
  shape.locale = Locale::en;
  EXPECT_EQ(members(), "me***|Erased member|||");
  shape.masked = false;
  EXPECT_EQ(members(), "member-0001|tombstone-93af|||");
}

TEST_F(ExportRows, OrderAmountsStandOnTheFirstLineOnly) {
  add_success("a");
  add_sale("a", "O-1", 2);
  const auto all = rows();
  ASSERT_EQ(all.size(), 2U);
  const Row common = {
      {"message_type", "수동 알림톡"},
      {"sent", "성공"},
      {"member_id", "me***"},
      {"sent_at", "2026-11-23T12:00:00+09:00"},
      {"order_id", "O-1"},
      {"currency", "KRW"},
      {"ordered_at", "2026-11-23T13:13:00+09:00"},
      {"product_name", "머그컵"},
      {"unit_price", "12000"},
      {"option_price", "-500"},
      {"option", "화이트"},
      {"quantity", "2"},
      {"attribution", "클릭 2026-11-23T12:00:00+09:00 · 주문 1시간 13분 전 · 규칙 2"}};
  Row first = common, second = common;
  first.insert({{"product_no", "P-0"},
                {"order_amount", "13900"},
                {"attributed_amount", "13900"},
                {"refunded_amount", "900"}});
  second.insert({"product_no", "P-1"});
  EXPECT_EQ(all[0], first);
  EXPECT_EQ(all[1], second);
}

TEST_F(ExportRows, NothingOfOneOrderIsLeftInTheNextRow) {
  add_success("a");
  add_success("b");
  add_sale("a", "O-1", 1);
  add_sale("a", "O-2", 0);
  const auto all = rows();
  ASSERT_EQ(all.size(), 3U);
  for (const char* key :
       {"product_no", "product_name", "unit_price", "option_price", "option", "quantity"}) {
    EXPECT_EQ(all[1].count(key), 0U) << key;
  }
  EXPECT_EQ(all[1].at("order_amount"), "13900");
  EXPECT_EQ(all[2].size(), 4U) << "a delivery that sold nothing";
}

TEST_F(ExportRows, AmountsFollowTheOrdersCurrency) {
  add_success("a");
  add_sale("a", "O-1", 1, "USD");
  add_sale("a", "O-2", 1, "KWD");
  const auto all = rows();
  EXPECT_EQ(all[0].at("order_amount"), "139.00");
  EXPECT_EQ(all[0].at("option_price"), "-5.00");
  EXPECT_EQ(all[0].at("refunded_amount"), "9.00");
  EXPECT_EQ(all[1].at("order_amount"), "13.900");
  EXPECT_EQ(all[1].at("unit_price"), "12.000");
}

TEST_F(ExportRows, MissingOrderIsCorruption) {
  add_sale("", "O-1", 1);
  history.orders.clear();
  try {
    rows();
    FAIL() << "a credited order is missing";
  } catch (const crm::Failure& failure) {
    EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
  }
}

}  // namespace
}  // namespace message_history
