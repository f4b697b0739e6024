// Drafts of another attribution rule: what they say is what deciding all orders again would give.
#include <string>

#include "history/pages/reattribution.h"
#include "support/recorder_fixture.h"
#include "support/rendered_view.h"

namespace crm_test {
namespace {

using Params = std::map<std::string, std::string>;
using test::hour_us;
using test::monday_us;

const char* const view_id = "settings.attribution";

// The view of what a recorder stored, decided again with two threads as the plugin does.
Json rendered(test::RecorderFixture& shop, const Params& params,
              mh::Locale locale = mh::Locale::en) {
  const auto tenant = shop.recorder.settled_tenant(shop.tenant);
  const auto snapshots = tenant->store->snapshots(mh::snapshots_of_view(view_id));
  EXPECT_GT(snapshots.size(), 1U);
  const auto view = mh::render_view(
      make_request(view_id, params, locale),
      {*snapshots.front(), tenant->store->facts(), monday_us,
       [&snapshots](const mh::Rule& rule) { return mh::reattribute(rule, snapshots); }});
  if (!view) {
    ADD_FAILURE() << view.error().detail;
    return Json::object({{"components", Json::array()}});
  }
  EXPECT_EQ(schema_errors(view.value()), "") << view.value().dump(1);
  EXPECT_EQ(form_errors(view.value()), "");
  return view.value();
}

std::string state(const Json& document) {
  return part(document, "state")["text"];
}

// Each change as "label orders-before>after gross-before>after net-before>after net-change".
std::vector<std::string> changes(const Json& document) {
  std::vector<std::string> lines;
  const auto text = [](const Json& cell) {
    return cell.is_number() ? cell.dump() : cell["amount_minor"].dump();
  };
  const Json table = part(document, "changes");
  for (const Json& row : table["rows"]) {
    std::string line = row["message"]["label"];
    for (const std::string figure : {"orders", "gross", "net"}) {
      line += " " + text(row[figure + "_before"]) + ">" + text(row[figure + "_after"]);
      EXPECT_EQ(
          std::stoll(text(row[figure + "_before"])) + std::stoll(text(row[figure + "_change"])),
          std::stoll(text(row[figure + "_after"])));
    }
    lines.push_back(line + " " + row["net_change"]["currency"].get<std::string>());
  }
  return lines;
}

// Two deliveries to one member, a day apart; a click on the first before the second. An order at
// hour 30 with a refund, one at hour 80 and, in another currency, one at hour 30 by someone who got
// the first.
void fill(test::RecorderFixture& shop) {
  shop.record({test::Message{monday_us, "m1", "First"}, test::Message{monday_us, "m2", "Second"},
               test::Delivery{monday_us, "m1", "d1", "kim"},
               test::Delivery{monday_us, "m1", "d2", "lee"},
               test::Touch{monday_us + hour_us, "m1", "d1", "kim"},
               test::Delivery{monday_us + 24 * hour_us, "m2", "d3", "kim"},
               test::Order{monday_us + 30 * hour_us, "o1", "kim", 50'000},
               test::Refund{monday_us + 31 * hour_us, "r1", "o1", 20'000},
               test::Order{monday_us + 80 * hour_us, "o2", "kim", 7'000},
               test::Order{monday_us + 30 * hour_us, "o3", "lee", 1'250, "", "USD"}});
}

TEST(HistoryAttribution, ShowsTheRuleInForceAndAsksForADraft) {
  test::RecorderFixture shop;
  shop.set("attribution.coupon_window_hours", "36");
  fill(shop);
  const Json document = rendered(shop, {});
  const Json rule = part(document, "rule");
  EXPECT_EQ(tile(rule, "version"), 1);
  EXPECT_EQ(tile(rule, "click_window"), "7 days");
  EXPECT_EQ(tile(rule, "coupon_window"), "36 hours");
  EXPECT_EQ(tile(rule, "open_window"), "off");
  EXPECT_EQ(tile(rule, "delivered_window"), "24 hours");
  EXPECT_NE(state(document).find("Enter the windows"), std::string::npos);
  EXPECT_TRUE(part(document, "changes").is_null());
  EXPECT_EQ(tile(part(rendered(shop, {}, mh::Locale::ko), "rule"), "open_window"), "꺼짐");
}

TEST(HistoryAttribution, TheRuleInForceIsNoDraft) {
  test::RecorderFixture shop;
  fill(shop);
  const Json document = rendered(shop, {{"click_window_hours", "168"}, {"open_window_hours", ""}});
  EXPECT_NE(state(document).find("those in force"), std::string::npos);
  EXPECT_TRUE(part(document, "changes").is_null());
}

// The clicks are worth 7 days: m1 has both orders of kim. The USD order came after 24 hours.
TEST(HistoryAttribution, AShorterWindowMovesAnOrderToTheNextTouch) {
  test::RecorderFixture shop;
  fill(shop);
  const Json document = rendered(shop, {{"click_window_hours", "20"}});
  EXPECT_EQ(changes(document), (std::vector<std::string>{"First 2>0 57000>0 37000>0 KRW",
                                                         "Second 0>1 0>50000 0>30000 KRW"}));
  EXPECT_EQ(part(document, "changes")["total"], 2);
  EXPECT_EQ(part(document, "changes")["rows"][1]["message"]["open"].dump(),
            R"({"view":"message","params":{"message_id":"m2"},"as":"page"})");
  EXPECT_EQ(tile(part(document, "draft"), "orders_before"), 2);
  EXPECT_EQ(tile(part(document, "draft"), "orders_after"), 1);
  EXPECT_EQ(tile(part(document, "draft"), "net_after"),
            Json({{"amount_minor", 30'000}, {"currency", "KRW"}, {"minor_digits", 0}}));
  EXPECT_NE(state(document).find("change 2 messages"), std::string::npos);
  EXPECT_NE(state(document).find(" by -7,000 KRW in all"), std::string::npos);
  const std::string korean = state(rendered(shop, {{"click_window_hours", "20"}}, mh::Locale::ko));
  EXPECT_NE(korean.find("메시지 2개"), std::string::npos) << korean;
  EXPECT_NE(korean.find(" -7,000원 바뀌어요"), std::string::npos) << korean;
}

TEST(HistoryAttribution, ALongerWindowCreditsWhatNobodyHadWithoutAddingUpCurrencies) {
  test::RecorderFixture shop;
  fill(shop);
  const Json document =
      rendered(shop, {{"click_window_hours", "0"}, {"delivered_window_hours", "30"}});
  EXPECT_EQ(changes(document), (std::vector<std::string>{"First 2>0 57000>0 37000>0 KRW",
                                                         "Second 0>1 0>50000 0>30000 KRW",
                                                         "First 0>1 0>1250 0>1250 USD"}));
  EXPECT_NE(state(document).find("change 2 messages"), std::string::npos);
  EXPECT_NE(state(document).find(" by -7,000 KRW, +12.50 USD in all"), std::string::npos)
      << state(document);
}

TEST(HistoryAttribution, ADraftThatDecidesTheSameSaysSo) {
  test::RecorderFixture shop;
  fill(shop);
  const Json document = rendered(shop, {{"delivered_window_hours", "29"}});
  EXPECT_EQ(part(document, "changes")["total"], 0);
  EXPECT_TRUE(changes(document).empty());
  EXPECT_NE(state(document).find("same orders"), std::string::npos);
}

TEST(HistoryAttribution, TheLargestChangesComeFirstAndNoMoreThanAPageOfThem) {
  test::RecorderFixture shop;
  std::vector<test::Event> events;
  for (std::int64_t i = 1; i <= 250; ++i) {
    const std::string number = std::to_string(i);
    events.push_back(test::Message{monday_us, "m" + number, "Offer " + number});
    events.push_back(test::Delivery{monday_us, "m" + number, "d" + number, "member" + number});
    events.push_back(test::Order{monday_us + 2 * hour_us, "o" + number, "member" + number, i});
  }
  shop.record(events);
  const Json document = rendered(shop, {{"delivered_window_hours", "1"}});
  const auto lines = changes(document);
  ASSERT_EQ(lines.size(), 200U);
  EXPECT_EQ(lines.front(), "Offer 250 1>0 250>0 250>0 KRW");
  EXPECT_EQ(lines.back(), "Offer 51 1>0 51>0 51>0 KRW");
  EXPECT_EQ(part(document, "changes")["total"], 250);
  EXPECT_NE(state(document).find("change 250 messages"), std::string::npos);
  EXPECT_EQ(part(document, "cut")["text"], "Only the 200 largest changes are shown, of 250.");
  EXPECT_EQ(tile(part(document, "draft"), "orders_after"), 0);
}

TEST(HistoryAttribution, ChangesOfOneSizeStandInTheOrderOfTheirIdsWhateverCameFirst) {
  std::vector<std::vector<std::string>> shown;
  for (const std::string ids : {"abcd", "dbca"}) {
    test::RecorderFixture shop;
    std::vector<test::Event> events;
    for (const char letter : ids) {
      const std::string id(1, letter);
      events.push_back(test::Message{monday_us, id, "Offer " + id});
      events.push_back(test::Delivery{monday_us, id, "d", "member" + id});
      events.push_back(test::Order{monday_us + 2 * hour_us, "o" + id, "member" + id, 500});
    }
    shop.record(events);
    shown.push_back(changes(rendered(shop, {{"delivered_window_hours", "1"}})));
  }
  EXPECT_EQ(shown[0].front(), "Offer a 1>0 500>0 500>0 KRW");
  EXPECT_EQ(shown[0].size(), 4U);
  EXPECT_EQ(shown[1], shown[0]);
}

TEST(HistoryAttribution, TheFormKeepsWhatWasEntered) {
  World world = make_world();
  const Json filters =
      part(rendered(world, make_request(view_id, {{"open_window_hours", "12"}})), "filters");
  std::map<std::string, std::string> values;
  for (const Json& field : filters["fields"]) values[field["key"]] = field["value"];
  EXPECT_EQ(values, (std::map<std::string, std::string>{{"click_window_hours", ""},
                                                        {"coupon_window_hours", ""},
                                                        {"open_window_hours", "12"},
                                                        {"delivered_window_hours", ""}}));
}

}  // namespace
}  // namespace crm_test
