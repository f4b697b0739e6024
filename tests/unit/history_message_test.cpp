// One message's details, its buyers, a member's time line, the exports and the health of the store.
#include <algorithm>

#include "support/rendered_view.h"

namespace crm_test {
namespace {

class HistoryMessage : public testing::Test {
 protected:
  Json view(const std::string& id, mh::Locale locale = mh::Locale::en) {
    return rendered(world_, make_request("message", {{"message_id", id}}, locale));
  }
  std::string lift(mh::Locale locale = mh::Locale::en) {
    const Json found = part(view("M-welcome", locale), "lift");
    return found.is_null() ? "" : found["text"].get<std::string>();
  }
  mh::RecipientCounts& counts(std::size_t index) {
    return world_.snapshot.all_messages[index].row.counts.recipients;
  }

  World world_ = make_world();
};

TEST_F(HistoryMessage, ShowsItsFunnel) {
  const Json funnel = part(view("M-welcome"), "funnel");
  EXPECT_EQ(funnel["series"][0]["values"].dump(), "[1520,1000,900,120,80]");
  world_.snapshot.all_messages[2].row.report.audience = {noon_us, 2'000};
  EXPECT_EQ(part(view("M-welcome"), "funnel")["series"][0]["values"][0], 2'000);
}

TEST_F(HistoryMessage, GroupsFailuresByReasonAndKeepsRawCodes) {
  const Json table = part(view("M-sale"), "failures");
  ASSERT_EQ(table["rows"].size(), 3U);
  EXPECT_EQ(table["group"], "reason");
  EXPECT_EQ(table["rows"][0]["code"], "mts-sms:S34");
  EXPECT_EQ(table["rows"][0]["unreached"], 1);
  EXPECT_EQ(table["rows"][0]["reason"]["value"], "no_subscriber");
  EXPECT_FALSE(table["rows"][0]["advice"].get<std::string>().empty());
  EXPECT_EQ(table["rows"][0]["open"]["params"]["reason"], "no_subscriber");
  EXPECT_EQ(table["rows"][2]["code"], "mts-sms:X-9");
  EXPECT_EQ(table["rows"][2]["reason"]["value"], "unclassified");
}

TEST_F(HistoryMessage, ShowsAtMostTwoHundredFailureCodes) {
  auto& failures = world_.snapshot.all_messages[0].failures;
  for (int i = 0; i < 300; ++i) {
    failures.push_back({failures[0].route, "code-" + std::to_string(i), {i + 1, 0}});
  }
  const Json document = view("M-sale");
  EXPECT_EQ(part(document, "failures")["rows"].size(), 200U);
  EXPECT_EQ(part(document, "failures")["total"], 303);
  EXPECT_FALSE(part(document, "failures_cut").is_null());
}

TEST_F(HistoryMessage, ShowsMoneyPerCurrencyBesideTheShops) {
  const Json rows = part(view("M-sale"), "revenue")["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["net"]["amount_minor"], 40'000);
  EXPECT_EQ(rows[0]["shop_gross"]["amount_minor"], 9'000'000);
  EXPECT_NEAR(rows[0]["return"].get<double>(), 40'000.0 / 900, 1e-9);
  EXPECT_NEAR(rows[1]["share"].get<double>(), 0.25, 1e-9);
  EXPECT_TRUE(rows[1]["cost"].is_null());
  EXPECT_TRUE(rows[1]["return"].is_null());
}

TEST_F(HistoryMessage, ChartsSalesByDayAndByMonthWhenTheyAreMany) {
  const Json sale = view("M-sale");
  EXPECT_EQ(part(sale, "revenue.KRW")["labels"].dump(), R"(["2026-11-20"])");
  EXPECT_EQ(part(sale, "revenue.USD")["currency"], "USD");
  const Json welcome = part(view("M-welcome"), "revenue.KRW");
  EXPECT_EQ(welcome["labels"].dump(), R"(["2026-08","2026-09","2026-10","2026-11"])");
  EXPECT_EQ(welcome["series"][0]["values"].dump(), "[2000000,0,0,2250000]");
  auto& days = world_.snapshot.all_messages[0].revenue_days;
  days.push_back({noon_day + 2, "KRW", {1, 7, 7}});
  EXPECT_EQ(part(view("M-sale"), "revenue.KRW")["series"][1]["values"].dump(), "[40000,0,0]");
}

TEST_F(HistoryMessage, OffersBuyersOnlyWithRevenueAndDownloadOnlyWithPermission) {
  const auto keys = [](const Json& document) {
    std::vector<std::string> shown;
    const Json actions = part(document, "actions");
    for (const Json& action : actions["actions"]) shown.push_back(action["key"]);
    return shown;
  };
  EXPECT_EQ(keys(view("M-sale")), (std::vector<std::string>{"recipients", "buyers", "download"}));
  EXPECT_EQ(keys(view("M-cart")), (std::vector<std::string>{"recipients", "download"}));
  auto request = make_request("message", {{"message_id", "M-sale"}});
  request.permissions = {CRM_PERMISSION_VIEW};
  EXPECT_EQ(keys(rendered(world_, request)), (std::vector<std::string>{"recipients", "buyers"}));
  const Json actions = part(view("M-sale"), "actions")["actions"];
  EXPECT_EQ(actions[1]["open"]["as"], "dialog");
  EXPECT_EQ(actions[2]["export"]["message_id"], "M-sale");
}

TEST_F(HistoryMessage, SaysWhatTheControlGroupShows) {
  EXPECT_EQ(lift(),
            "Reached members bought 5.0 percentage points more often than the control group (95% "
            "interval 2.3 to 7.4).");
  EXPECT_EQ(lift(mh::Locale::ko),
            "메시지를 받은 회원의 구매율이 비교군보다 5.0%p 높아요 (95% 신뢰구간 2.3~7.4%p).");
  const Json numbers = part(view("M-welcome"), "lift_numbers");
  EXPECT_NEAR(tile(numbers, "reached_rate").get<double>(), 0.09, 1e-9);
  EXPECT_NEAR(tile(numbers, "difference").get<double>(), 0.05, 1e-9);
}

TEST_F(HistoryMessage, SaysWhenTheMessageDidHarmOrNothing) {
  counts(2).converted_reached = 10;
  counts(2).converted_held_out = 50;
  EXPECT_NE(lift().find("9.0 percentage points less often"), std::string::npos) << lift();
  EXPECT_EQ(part(view("M-welcome"), "lift")["tone"], "warning");
  counts(2).converted_reached = 40;
  counts(2).converted_held_out = 20;
  EXPECT_NE(lift().find("may be chance"), std::string::npos) << lift();
}

TEST_F(HistoryMessage, SaysWhenThereIsTooLittleDataAndNothingWithoutAControlGroup) {
  counts(2).held_out = 99;
  EXPECT_NE(lift().find("too little data"), std::string::npos);
  EXPECT_NE(lift(mh::Locale::ko).find("아직 데이터가 적어요"), std::string::npos);
  EXPECT_TRUE(part(view("M-welcome"), "lift_numbers").is_null());
  counts(2).held_out = 0;
  EXPECT_EQ(lift(), "");
}

TEST_F(HistoryMessage, AnUnreportedOneSaysSo) {
  EXPECT_FALSE(part(view("M-held"), "unreported").is_null());
  EXPECT_TRUE(part(view("M-sale"), "unreported").is_null());
}

TEST(HistoryBuyers, TellWhatWasBoughtThroughWhichTouch) {
  World world = make_world();
  const Json document = rendered(world, make_request("message.buyers", {{"message_id", "M-sale"}}));
  const Json rows = part(document, "buyers")["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["touch"]["value"], "explicit");
  EXPECT_TRUE(rows[0]["lead"].is_null());
  EXPECT_EQ(rows[1]["products"], "Mug and 1 more");
  EXPECT_EQ(rows[1]["lead"], "2 h");
  EXPECT_EQ(rows[1]["amount"]["amount_minor"], 50'000);
  EXPECT_EQ(rows[1]["net"]["amount_minor"], 40'000);
  EXPECT_EQ(rows[1]["open"]["params"]["order_id"], "O-1");
  EXPECT_EQ(rows[1]["member"]["text"], secret_ids[0]);
}

TEST(HistoryMember, IsFoundByIdAndByReference) {
  World world = make_world();
  const Json by_id = rendered(world, make_request("member", {{"member_id", secret_ids[0]}}));
  const Json by_ref = rendered(world, make_request("member", {{"member_ref", "m1"}}));
  EXPECT_EQ(by_id.dump(), by_ref.dump());
  EXPECT_EQ(by_id["title"], "Member " + secret_ids[0]);
}

TEST(HistoryMember, AMaskedTitleAndAnErrorHoldNoId) {
  World world = make_world();
  auto request = make_request("member", {{"member_id", secret_ids[0]}});
  request.permissions = {CRM_PERMISSION_VIEW};
  EXPECT_EQ(rendered(world, request)["title"], "Member zq***");
  request.params["member_id"] = "zq-member-9999";
  EXPECT_EQ(refused(world, request).detail.find("9999"), std::string::npos);
}

TEST(HistoryMember, HasATimeLineOfEverything) {
  World world = make_world();
  const Json document = rendered(world, make_request("member", {{"member_ref", "m1"}}));
  const Json entries = part(document, "timeline")["entries"];
  std::set<std::string> kinds;
  for (const Json& entry : entries) kinds.insert(entry["kind"]);
  EXPECT_EQ(kinds,
            (std::set<std::string>{"refund", "order", "click", "coupon", "open", "delivery"}));
  EXPECT_EQ(entries[1]["text"], "Credited to “" + hostile_name + "”.");
  EXPECT_EQ(entries[1]["amount"]["amount_minor"], 50'000);
  const auto failed = std::ranges::find_if(entries, [](const Json& entry) {
    return entry.contains("status") && entry["status"]["value"] == "failed";
  });
  EXPECT_EQ((*failed)["text"], "AlimTalk failed 3018 · KakaoTalk could not deliver");
}

TEST(HistoryMember, AnErasedOneIsShownWithoutItsTombstone) {
  World world = make_world();
  const Json document =
      rendered(world, make_request("member", {{"member_ref", "m3"}}, mh::Locale::ko));
  EXPECT_EQ(document["title"], "회원 탈퇴한 회원");
  EXPECT_FALSE(part(document, "erased").is_null());
}

TEST(HistoryExports, VerifyTheChainWithASealAndOnlyFollowItWithout) {
  World world = make_world();
  const mh::AuditSeal seal = [](const mh::AuditRow& row) {
    mh::Sha256 sha256{};
    sha256[0] = static_cast<std::uint8_t>(row.number);
    return sha256;
  };
  const auto chain = [&](const mh::AuditSeal& with) {
    const Json document = rendered(world, make_request("exports"), with);
    std::string states = part(document, "broken").is_null() ? "" : "! ";
    const Json table = part(document, "exports");
    for (const Json& row : table["rows"]) states += row["chain"]["value"].get<std::string>() + " ";
    return states;
  };
  EXPECT_EQ(chain({}), "linked linked linked ");
  EXPECT_EQ(chain(seal), "verified verified verified ");
  world.snapshot.audit[1].sha256[5] = 1;
  EXPECT_EQ(chain(seal), "! broken broken verified ");
  world = make_world();
  world.snapshot.audit.erase(world.snapshot.audit.begin() + 1);
  EXPECT_EQ(chain({}), "! broken linked ");
  world.snapshot.audit.erase(world.snapshot.audit.begin());
  EXPECT_EQ(chain({}), "! broken ");
}

TEST(HistoryExports, TellWhoWhyAndHowMany) {
  World world = make_world();
  const Json row = part(rendered(world, make_request("exports")), "exports")["rows"][1];
  EXPECT_EQ(row["actor"], "kim@mall");
  EXPECT_EQ(row["reason"], "month end");
  EXPECT_EQ(row["event"]["value"], "completed");
  EXPECT_EQ(row["rows"], 0);
  EXPECT_EQ(row["members"]["value"], "masked");
}

TEST(HistoryHealth, ShowsSourcesQuarantineAndSize) {
  World world = make_world();
  const Json document = rendered(world, make_request("health"));
  const Json sources = part(document, "sources")["rows"];
  EXPECT_EQ(sources[0].dump(),
            R"({"source":"send-engine","position":900,"accepted":880,"duplicates":5,"rejected":2,)"
            R"("skipped":13,"batches":9,"last_batch_at":"2026-11-22T10:30:00+09:00"})");
  EXPECT_TRUE(sources[1]["last_batch_at"].is_null());
  EXPECT_EQ(part(document, "quarantine")["rows"][0]["reason"], "status 99 is unknown");
  EXPECT_EQ(tile(part(document, "store"), "quarantined"), 1);
  EXPECT_EQ(tile(part(document, "store"), "held_messages"), 1);
  EXPECT_EQ(tile(part(document, "store"), "store_size"), "12.3 MB");
  EXPECT_EQ(tile(part(document, "store"), "last_batch_age"), "1 h 30 min ago");
  EXPECT_EQ(part(document, "state")["tone"], "warning");
}

TEST(HistorySchema, RefusesMistakes) {
  World world = make_world();
  const Json good = rendered(world, make_request("message", {{"message_id", "M-sale"}}));
  const auto mistaken = [&good](const char* pointer, const Json& value) {
    Json wrong = good;
    wrong[Json::json_pointer(pointer)] = value;
    return !schema_errors(wrong).empty();
  };
  EXPECT_FALSE(mistaken("/title", "another"));
  EXPECT_TRUE(mistaken("/colour", "red"));
  EXPECT_TRUE(mistaken("/view", "No Such"));
  EXPECT_TRUE(mistaken("/components/0/type", "picture"));
  EXPECT_TRUE(mistaken("/components/0/colour", "red"));
  EXPECT_TRUE(mistaken("/components/0/tiles/0/value/tone", "angry"));
  EXPECT_TRUE(mistaken("/components/0/tiles/0/type", "blob"));
  EXPECT_TRUE(mistaken("/components/1/actions/0/kind", "run"));
  EXPECT_TRUE(mistaken("/components/1/actions/0/open/as", "window"));
  EXPECT_TRUE(mistaken("/components/3/rows/0/net/amount_minor", 1.5));
  EXPECT_TRUE(mistaken("/components/3/rows/0/net/currency", "won"));
  EXPECT_TRUE(mistaken("/components/3/rows/0/net/extra", 1));
  EXPECT_TRUE(mistaken("/components/3/rows/0/orders", true));
  EXPECT_TRUE(mistaken("/components/3/next", "not a cursor!"));
}

}  // namespace
}  // namespace crm_test
