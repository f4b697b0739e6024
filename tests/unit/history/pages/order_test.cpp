// The explanation of an order: who won, why the others lost, and what was refunded.
#include <algorithm>

#include "history/pages/order_candidates.h"
#include "history/strings/duration_text.h"
#include "support/rendered_view.h"

namespace crm_test {
namespace {

class HistoryOrder : public testing::Test {
 protected:
  Json view(const std::string& order_id, mh::Locale locale = mh::Locale::en) {
    return rendered(world_, make_request("order", {{"order_id", order_id}}, locale));
  }
  // Why the candidate of that verdict lost, or won.
  std::string why(const std::string& verdict, mh::Locale locale = mh::Locale::en) {
    const Json table = part(view("O-1", locale), "candidates");
    for (const Json& row : table["rows"]) {
      if (row["verdict"]["value"] == verdict) return row["why"];
    }
    return "there is none";
  }
  std::string text(const Json& document, const std::string& id) {
    const Json found = part(document, id);
    return found.is_null() ? "" : found["text"].get<std::string>();
  }

  World world_ = make_world();
};

TEST_F(HistoryOrder, NamesTheWinnerAndHowMuchOfTheWindowWasLeft) {
  EXPECT_EQ(text(view("O-1"), "decision"),
            "Credited to “" + hostile_name +
                "”. The order came 2 h after this touch: Click. 6 d 22 h of its window was left.");
  const Json table = part(view("O-1"), "candidates");
  EXPECT_EQ(table["rows"].size(), 7U);
  EXPECT_EQ(std::ranges::count_if(table["rows"],
                                  [](const Json& row) { return row["verdict"]["value"] == "won"; }),
            1);
  EXPECT_EQ(table["rows"][2]["verdict"]["value"], "won");
  EXPECT_EQ(table["rows"][2]["window_left"], "6 d 22 h");
}

TEST_F(HistoryOrder, SaysInEnglishWhyEachCandidateLost) {
  EXPECT_EQ(why("outside_window"),
            "It was outside the window by 3 h 12 min; the window is 7 days.");
  EXPECT_EQ(why("outranked"), "A stronger kind of touch took it: Click.");
  EXPECT_EQ(why("earlier"), "Another touch came 46 h later and took it.");
  EXPECT_EQ(why("after_order"), "It came 5 min after the order.");
  EXPECT_EQ(why("switched_off"), "The rule does not count this kind of touch: Open.");
  EXPECT_EQ(why("not_reached"), "The send failed, so nothing arrived (mts-kakao:3018).");
  EXPECT_EQ(why("won"), "This touch got the order.");
}

TEST_F(HistoryOrder, SaysInKoreanWhyEachCandidateLost) {
  EXPECT_EQ(why("outside_window", mh::Locale::ko), "7일 기간을 3시간 12분 지났어요.");
  EXPECT_EQ(why("outranked", mh::Locale::ko), "더 확실한 반응(클릭)이 있어서 밀렸어요.");
  EXPECT_EQ(why("earlier", mh::Locale::ko), "46시간 뒤에 다른 반응이 있어서 밀렸어요.");
  EXPECT_EQ(why("after_order", mh::Locale::ko), "주문보다 5분 늦게 있었던 일이에요.");
  EXPECT_EQ(why("not_reached", mh::Locale::ko), "발송에 실패해서 받지 못했어요 (mts-kakao:3018).");
}

TEST_F(HistoryOrder, TellsApartTheWaysOfNotBeingReached) {
  using enum mh::DeliveryStatus;
  auto& deliveries = world_.snapshot.all_deliveries;
  const auto with = [&](mh::StatusMark reported) {
    deliveries.clear();
    add_delivery(world_, {1, "d", 1, 1, 0, {std::move(reported)}});
    return why("not_reached");
  };
  EXPECT_EQ(with(mark(held_out, noon_us)), "Kept as the control group: deliberately not sent.");
  EXPECT_EQ(with(mark(skipped, noon_us)), "The member was left out of this send.");
  EXPECT_EQ(with(mark(uncertain, noon_us)), "It is not confirmed that it arrived.");
  EXPECT_EQ(with(mark(failed, noon_us)), "The send failed, so nothing arrived.");
}

TEST_F(HistoryOrder, SettlesTouchesOfOneTimeInWords) {
  auto touch = world_.snapshot.touches[0];
  touch.message = {3};
  world_.snapshot.touches = {world_.snapshot.touches[0], touch};
  world_.snapshot.credits[0].message = {3};
  EXPECT_EQ(why("earlier"), "Another touch at the same time took it by the fixed order.");
}

TEST_F(HistoryOrder, AMessageNamedByTheShopWins) {
  const Json document = view("O-2");
  EXPECT_EQ(text(document, "decision"), "Credited to “" + hostile_name +
                                            "”, because the shop named this message on the order.");
  EXPECT_EQ(part(document, "candidates")["rows"][0]["touch"]["value"], "explicit");
  EXPECT_TRUE(part(document, "candidates")["rows"][0]["window_left"].is_null());
}

TEST_F(HistoryOrder, WithoutAMemberItSaysThatItCannotBeMatched) {
  const Json document = view("O-3");
  EXPECT_NE(text(document, "no_member"), "");
  EXPECT_TRUE(part(document, "candidates")["rows"].empty());
  EXPECT_EQ(tile(part(document, "summary"), "member")["state"], "unknown");
}

TEST_F(HistoryOrder, ShowsTheRefundLedgerWholeAndTheRefundAsCounted) {
  const Json document = view("O-4");
  const Json refunds = part(document, "refunds");
  EXPECT_EQ(refunds["rows"].size(), 2U);
  EXPECT_EQ(refunds["rows"][0]["amount"]["amount_minor"], 1'500);
  EXPECT_EQ(refunds["rows"][1]["counted"]["value"], "other_currency");
  EXPECT_EQ(tile(part(document, "summary"), "refunded")["amount_minor"], 1'000);
  EXPECT_EQ(tile(part(document, "summary"), "net")["amount_minor"], 0);
  EXPECT_NE(text(document, "refunds_exceed"), "");
  EXPECT_EQ(text(view("O-1"), "refunds_exceed"), "");
  EXPECT_EQ(text(document, "other_refunds"),
            "Some was refunded in another currency: 7.00 EUR. It is not subtracted from the net, "
            "which is in KRW.");
  EXPECT_NE(text(view("O-4", mh::Locale::ko), "other_refunds").find("7.00 EUR"), std::string::npos);
  EXPECT_EQ(text(view("O-1"), "other_refunds"), "");
}

TEST_F(HistoryOrder, ALineWhoseAmountDoesNotFitIsUnknown) {
  EXPECT_TRUE(part(view("O-4"), "lines")["rows"][0]["amount"].is_null());
  EXPECT_EQ(part(view("O-1"), "lines")["rows"][0]["amount"]["amount_minor"], 41'000);
}

TEST_F(HistoryOrder, ShowsAtMostFiveHundredLinesAndSaysSo) {
  auto& lines = world_.snapshot.orders[0].version.lines;
  lines.resize(500);
  EXPECT_EQ(text(view("O-1"), "lines_cut"), "");
  lines.resize(501);
  const Json document = view("O-1");
  EXPECT_EQ(part(document, "lines")["rows"].size(), 500U);
  EXPECT_EQ(part(document, "lines")["total"], 501);
  EXPECT_NE(text(document, "lines_cut"), "");
}

TEST_F(HistoryOrder, KeepsTheWinnerAmongTheNewestFiftyCandidates) {
  for (int i = 0; i < 80; ++i) {
    world_.snapshot.touches.push_back(
        {{1}, noon_us + (i + 1) * mh::second_us, mh::TouchKind::click, {1}, {}});
  }
  const Json table = part(view("O-1"), "candidates");
  ASSERT_EQ(table["rows"].size(), mh::candidates_max);
  EXPECT_EQ(table["rows"].back()["verdict"]["value"], "won");
}

TEST_F(HistoryOrder, ListsCandidatesOfOneTimeByTheirIdsWhateverCameFirst) {
  std::vector<Json> shown;
  for (const std::vector<std::int64_t>& messages :
       {std::vector<std::int64_t>{1, 2, 3}, {3, 2, 1}}) {
    world_ = make_world();
    for (const std::int64_t message : messages) {
      for (const auto kind : {mh::TouchKind::open, mh::TouchKind::click}) {
        world_.snapshot.touches.push_back({{1}, noon_us - mh::second_us, kind, {message}, {}});
      }
    }
    shown.push_back(part(view("O-1"), "candidates")["rows"]);
  }
  EXPECT_EQ(shown[0], shown[1]);
  std::vector<std::string> of_one_time;
  for (const Json& row : shown[0]) {
    if (row["at"] != "2026-11-20T11:59:59+09:00") continue;
    of_one_time.push_back(row["touch"]["value"].get<std::string>() + " " +
                          row["message"]["open"]["params"]["message_id"].get<std::string>());
  }
  EXPECT_EQ(of_one_time,
            (std::vector<std::string>{"click M-welcome", "click M-soon", "click M-sale",
                                      "open M-welcome", "open M-soon", "open M-sale"}));
}

TEST_F(HistoryOrder, AnOlderRuleIsNamedAndItsWindowNotClaimed) {
  world_.tenant.rule.version = 2;
  world_.tenant.rule.click_window_us = mh::hour_us;
  const Json document = view("O-1");
  EXPECT_EQ(text(document, "decision").find("window"), std::string::npos);
  EXPECT_NE(text(document, "older_rule").find("rule 1"), std::string::npos);
  EXPECT_EQ(tile(part(document, "summary"), "rule_version"), 1);
}

TEST_F(HistoryOrder, SaysWhenStoredAndExplainedDiffer) {
  EXPECT_EQ(text(view("O-1"), "differs"), "");
  world_.snapshot.credits.clear();
  EXPECT_NE(text(view("O-1"), "differs"), "");
}

TEST_F(HistoryOrder, StatesTheRule) {
  EXPECT_EQ(text(view("O-1"), "rule"),
            "Rule 1 counts orders within this time of a touch: Click 7 days, Coupon 7 days, "
            "Delivery 24 hours, Open not counted.");
}

TEST(HistoryDurations, AreSaidInTheTwoLargestUnits) {
  using mh::duration_text;
  using mh::Locale;
  EXPECT_EQ(duration_text(3 * mh::hour_us + 12 * minute_us, Locale::ko), "3시간 12분");
  EXPECT_EQ(duration_text(3 * mh::hour_us + 12 * minute_us + 9, Locale::en), "3 h 12 min");
  EXPECT_EQ(duration_text(-(3 * mh::hour_us), Locale::en), "3 h");
  EXPECT_EQ(duration_text(47 * mh::hour_us, Locale::ko), "47시간");
  EXPECT_EQ(duration_text(48 * mh::hour_us, Locale::ko), "2일");
  EXPECT_EQ(duration_text(50 * mh::hour_us + minute_us, Locale::en), "2 d 2 h");
  EXPECT_EQ(duration_text(2 * mh::day_us + minute_us, Locale::en), "2 d");
  EXPECT_EQ(duration_text(61 * mh::second_us, Locale::en), "1 min 1 s");
  EXPECT_EQ(duration_text(0, Locale::en), "less than 1 s");
  EXPECT_EQ(duration_text(999'999, Locale::ko), "1초 미만");
  EXPECT_EQ(mh::window_text(7 * mh::day_us, Locale::ko), "7일");
  EXPECT_EQ(mh::window_text(mh::day_us, Locale::ko), "24시간");
  EXPECT_EQ(mh::window_text(mh::hour_us, Locale::en), "1 hour");
  EXPECT_EQ(mh::window_text(90 * minute_us, Locale::en), "1 h 30 min");
}

TEST(HistoryNumbers, AreSaidPlainly) {
  EXPECT_EQ(mh::count_text(0), "0");
  EXPECT_EQ(mh::count_text(999), "999");
  EXPECT_EQ(mh::count_text(-1'234'567), "-1,234,567");
  EXPECT_EQ(mh::percent_text(0.01234), "1.2");
  EXPECT_EQ(mh::percent_text(-0.0001), "0.0");
  EXPECT_EQ(mh::bytes_text(999), "999 B");
  EXPECT_EQ(mh::bytes_text(12'345'678), "12.3 MB");
}

}  // namespace
}  // namespace crm_test
