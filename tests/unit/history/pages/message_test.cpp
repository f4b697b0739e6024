// One message's details, its buyers, a member's time line, the exports and the health of the store.
#include <gmock/gmock.h>

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

TEST_F(HistoryMessage, ShowsItsFunnelEachStepAsAPartOfAnother) {
  const Json funnel = part(view("M-welcome"), "funnel");
  EXPECT_EQ(funnel["series"][0]["values"].dump(), "[1520,1000,900,120,80]");
  EXPECT_EQ(funnel["steps"][0], Json::object());
  EXPECT_EQ(funnel["steps"][1]["of"], "Targeted sends");
  EXPECT_NEAR(funnel["steps"][1]["share"].get<double>(), 1'000 / 1'520.0, 1e-9);
  EXPECT_NEAR(funnel["steps"][2]["share"].get<double>(), 0.9, 1e-9);
  EXPECT_NEAR(funnel["steps"][3]["share"].get<double>(), 0.12, 1e-9);
  EXPECT_EQ(funnel["steps"][4]["of"], "Successful sends");
  EXPECT_NEAR(funnel["steps"][4]["share"].get<double>(), 0.08, 1e-9);
}

TEST_F(HistoryMessage, TellsOfAReportThatIsDatedInTheFuture) {
  std::int64_t& reported_at_us = world_.snapshot.all_messages[2].row.report.facts.at_us;
  reported_at_us = now_us + mh::day_us;
  EXPECT_TRUE(part(view("M-welcome"), "future_report").is_null());
  reported_at_us = CRM_TIME_US_MAX - mh::day_us;
  const Json told = part(view("M-welcome"), "future_report");
  EXPECT_EQ(told["tone"], "warning");
  EXPECT_THAT(told["text"].get<std::string>(), testing::HasSubstr("2199-12-31"));
  EXPECT_THAT(part(view("M-welcome", mh::Locale::ko), "future_report")["text"].get<std::string>(),
              testing::HasSubstr("2199-12-31"));
}

TEST_F(HistoryMessage, TargetsTheAudienceAndAllThatWasSentBeyondIt) {
  auto& audience = world_.snapshot.all_messages[2].row.report.audience;
  audience = {noon_us, 2'000};
  EXPECT_EQ(part(view("M-welcome"), "funnel")["series"][0]["values"][0], 2'000);
  audience = {noon_us, 2};
  EXPECT_EQ(part(view("M-welcome"), "funnel")["series"][0]["values"][0], 1'520);
}

// Members who were never reached can click what others pass on, and buy by name.
TEST_F(HistoryMessage, NoShareOfTheFunnelIsMoreThanAll) {
  auto& row = world_.snapshot.all_messages[2].row.counts;
  row.recipients.success = 100;
  row.recipients.delivered = 100;
  const Json steps = part(view("M-welcome"), "funnel")["steps"];
  EXPECT_EQ(steps[2]["share"], 1.0);
  EXPECT_FALSE(steps[3].contains("share"));
  EXPECT_EQ(steps[3]["note"], "More than successful sends");
  EXPECT_NEAR(steps[4]["share"].get<double>(), 0.8, 1e-9);
}

TEST_F(HistoryMessage, RatiosOfFewerThanTwentyCasesAreTooFew) {
  auto& row = world_.snapshot.all_messages[2].row.counts;
  row = {{20, 0, 0, 0, 19, 0, 0, 0}, 3, 0, 0, 1, 1};
  Json steps = part(view("M-welcome"), "funnel")["steps"];
  EXPECT_NEAR(steps[3]["share"].get<double>(), 0.15, 1e-9);
  row.recipients.success = 19;
  steps = part(view("M-welcome"), "funnel")["steps"];
  EXPECT_EQ(steps[3]["note"], "Too few");
  EXPECT_EQ(part(view("M-welcome", mh::Locale::ko), "funnel")["steps"][3]["note"], "20건 미만");
}

TEST_F(HistoryMessage, WhatCannotBeConfirmedIsNoZero) {
  auto& row = world_.snapshot.all_messages[2].row;
  row.counts.recipients.delivered = 0;
  Json funnel = part(view("M-welcome"), "funnel");
  EXPECT_EQ(funnel["series"][0]["values"][2], 0);
  EXPECT_EQ(funnel["steps"][2]["share"], 0.0);
  row.report.facts.channel = mh::Channel::push;
  funnel = part(view("M-welcome"), "funnel");
  EXPECT_TRUE(funnel["series"][0]["values"][2].is_null());
  EXPECT_EQ(funnel["steps"][2]["note"], "Cannot be confirmed on this channel");
  row.counts.recipients.delivered = 5;  // of the text that replaced it
  EXPECT_EQ(part(view("M-welcome"), "funnel")["series"][0]["values"][2], 5);
}

TEST_F(HistoryMessage, SplitsItsOrdersByWhatLedToThem) {
  const Json rows = part(view("M-sale"), "bought_by")["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["touch"]["value"], "click");
  EXPECT_EQ(rows[0]["orders"], 1);
  EXPECT_EQ(rows[0]["share"], "Too few");
  EXPECT_EQ(rows[1]["touch"]["value"], "explicit");
  EXPECT_TRUE(part(view("M-cart"), "bought_by").is_null());
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
  EXPECT_EQ(rows[0]["return"], "Too few") << "one order";
  EXPECT_NEAR(rows[0]["share"].get<double>(), 50'000.0 / 9'000'000, 1e-9);
  EXPECT_EQ(rows[1]["share"], "Too few") << "the shop has three orders in USD";
  EXPECT_TRUE(rows[1]["cost"].is_null());
  EXPECT_TRUE(rows[1]["return"].is_null());
  const Json welcome = part(view("M-welcome"), "revenue")["rows"];
  EXPECT_NEAR(welcome[0]["return"].get<double>(), 4'250'000.0 / 13'000, 1e-9);
}

TEST_F(HistoryMessage, PointsOutRefundsInAnotherCurrencyBesideTheNet) {
  EXPECT_TRUE(part(view("M-sale"), "other_refunds").is_null());
  world_.snapshot.refunds.push_back({"R-4", "O-1", noon_us, "KWD", 1'234});
  EXPECT_FALSE(part(view("M-sale"), "other_refunds").is_null());
}

TEST_F(HistoryMessage, ComparesWithTheShopsSalesOfItsOwnDays) {
  view("M-sale");
  EXPECT_EQ(world_.snapshot.shop_asked, (mh::DaySpan{noon_day, noon_day + 2}));
  view("M-welcome");
  EXPECT_EQ(world_.snapshot.shop_asked, (mh::DaySpan{noon_day - 100, noon_day + 2}));
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
  EXPECT_TRUE(rows[1]["other_refunds"].is_null());
}

TEST(HistoryBuyers, PointOutARefundInAnotherCurrency) {
  World world = make_world();
  world.snapshot.refunds.push_back({"R-4", "O-1", noon_us, "KWD", 1'234});
  const Json rows =
      part(rendered(world, make_request("message.buyers", {{"message_id", "M-sale"}})),
           "buyers")["rows"];
  EXPECT_EQ(rows[1]["other_refunds"],
            Json({{"amount_minor", 1'234}, {"currency", "KWD"}, {"minor_digits", 3}}));
  EXPECT_EQ(rows[1]["net"]["amount_minor"], 40'000) << "as without it";
}

TEST(HistoryMember, IsFoundByIdAndByReference) {
  World world = make_world();
  const Json by_id = rendered(world, make_request("member", {{"member_id", secret_ids[0]}}));
  const Json by_ref = rendered(world, make_request("member", {{"member_ref", ref(1)}}));
  EXPECT_EQ(by_id.dump(), by_ref.dump());
  EXPECT_EQ(by_id["title"], "Member " + secret_ids[0]);
}

TEST(HistoryMember, HasATimeLineOfEverything) {
  World world = make_world();
  const Json document = rendered(world, make_request("member", {{"member_ref", ref(1)}}));
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

TEST(HistoryMember, PointsOutARefundInAnotherCurrencyThanItsOrder) {
  World world = make_world();
  world.snapshot.timelines[1][0].refund = mh::Refund{"R-9", "O-1", noon_us, "EUR", 700};
  const Json entries = part(rendered(world, make_request("member", {{"member_ref", ref(1)}})),
                            "timeline")["entries"];
  EXPECT_EQ(entries[0]["text"], "Not subtracted from the net, which is in KRW.");
}

TEST(HistoryMember, AnErasedOneIsShownWithoutItsTombstone) {
  World world = make_world();
  const Json document =
      rendered(world, make_request("member", {{"member_ref", ref(3)}}, mh::Locale::ko));
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
            R"({"source":"send-engine","state":{"value":"idle","label":"Idle","tone":"warning"},)"
            R"("position":900,"accepted":880,"duplicates":5,"rejected":2,)"
            R"("skipped":13,"batches":9,"last_batch_at":"2026-11-22T10:30:00+09:00"})");
  EXPECT_TRUE(sources[1]["last_batch_at"].is_null());
  EXPECT_EQ(part(document, "quarantine")["rows"][0]["reason"], "status 99 is unknown");
  EXPECT_EQ(tile(part(document, "store"), "quarantined"), 1);
  EXPECT_EQ(tile(part(document, "store"), "held_messages"), 1);
  EXPECT_EQ(tile(part(document, "store"), "store_size"), "12.3 MB");
  EXPECT_EQ(tile(part(document, "store"), "last_batch_age"), "1 h 30 min ago");
  EXPECT_EQ(part(document, "state")["tone"], "warning");
}

class HistoryHealthState : public testing::Test {
 protected:
  HistoryHealthState() {
    world_.snapshot.quarantined.clear();
    world_.snapshot.all_sources = {{{1}, "send-engine", 9, 9, 0, 0, 0, 1, now_us - 30 * minute_us}};
  }
  mh::SourceRow& source() { return world_.snapshot.all_sources[0]; }
  // The notices, by id with their tones.
  std::string notices() {
    std::string text;
    const Json document = rendered(world_, make_request("health"));
    for (const Json& one : document["components"]) {
      if (one["type"] == "notice") {
        text += one["id"].get<std::string>() + ":" + one["tone"].get<std::string>() + " ";
      }
    }
    return text;
  }
  World world_ = make_world();
};

TEST_F(HistoryHealthState, IsWellWhileEverySourceSendsAndNothingIsRefused) {
  EXPECT_EQ(notices(), "state:success ");
}

TEST_F(HistoryHealthState, NamesAnIdleSourceInsteadOfSayingThatAllIsWell) {
  source().recorded_at_us = now_us - 41 * minute_us;
  EXPECT_EQ(notices(), "idle:warning ");
  const std::string text = part(rendered(world_, make_request("health")), "idle")["text"];
  EXPECT_NE(text.find("send-engine (41 min ago)"), std::string::npos) << text;
  EXPECT_NE(text.find("after 30 min"), std::string::npos) << text;
}

TEST_F(HistoryHealthState, IsNotWellWhileAnythingIsRefused) {
  source().rejected = 3;
  world_.snapshot.quarantined = make_world().snapshot.quarantined;
  EXPECT_EQ(notices(), "state:warning ");
  EXPECT_NE(part(rendered(world_, make_request("health")), "state")["text"].get<std::string>().find(
                "1 events"),
            std::string::npos);
  world_.snapshot.quarantined.clear();  // corrected, and taken again
  EXPECT_EQ(notices(), "state:success ");
}

TEST_F(HistoryHealthState, NamesASourceThatSendsNothingButDuplicates) {
  world_.snapshot.repeats[source().number] = {250, now_us - 20 * minute_us};
  EXPECT_EQ(notices(), "repeating:warning ");
  const std::string text = part(rendered(world_, make_request("health")), "repeating")["text"];
  EXPECT_NE(text.find("send-engine (250 for 20 min, position 9)"), std::string::npos) << text;
  EXPECT_NE(text.find("crm-host position"), std::string::npos) << text;
}

TEST_F(HistoryHealthState, SaysThatNotEveryEventWasRecordedWhenSomeWereSkipped) {
  source().skipped = 2;
  EXPECT_EQ(notices(), "passed_over:info ");
}

TEST_F(HistoryHealthState, NamesWhatWasSkippedBecauseItIsNotKnown) {
  source().skipped = 5;
  world_.snapshot.skipped = {{"send-engine", {{1}, "", 1, now_us}},
                             {"send-engine", {{1}, "channel pigeon", 2, now_us}}};
  EXPECT_EQ(notices(), "unknown:warning passed_over:info ");
  const Json document = rendered(world_, make_request("health"));
  EXPECT_NE(part(document, "unknown")["text"].get<std::string>().find("3 events"),
            std::string::npos);
  EXPECT_NE(part(document, "passed_over")["text"].get<std::string>().find("2 events"),
            std::string::npos);
  const Json rows = part(document, "skipped")["rows"];
  EXPECT_EQ(rows[0]["name"], "Other names");
  EXPECT_EQ(rows[1]["name"], "channel pigeon");
  EXPECT_EQ(rows[1]["events"], 2);
}

TEST(HistoryHealth, TellsWhichErasuresAreNotCompleteAndWhy) {
  World world = make_world();
  const auto health = [&world](mh::Locale locale) {
    return rendered(world, make_request("health", {}, locale));
  };
  EXPECT_EQ(tile(part(health(mh::Locale::en), "store"), "pending_erasures"), 0);
  EXPECT_TRUE(part(health(mh::Locale::en), "erasures").is_null());
  const std::int64_t batch_us = world.snapshot.all_sources[0].recorded_at_us;  // 1 h 30 min ago
  world.snapshot.erasures_pending = {3, 7, batch_us, 9};
  EXPECT_EQ(tile(part(health(mh::Locale::en), "store"), "pending_erasures"), 3);
  const std::string text = part(health(mh::Locale::en), "erasures")["text"];
  EXPECT_THAT(text,
              testing::HasSubstr("3 erasures are not complete yet, the first for 1 h 30 min"));
  EXPECT_THAT(text, testing::HasSubstr("backup"));
  mh::AuditRow grant;
  grant.at_us = batch_us - 3'600'000'000;
  world.snapshot.running = {grant};
  EXPECT_THAT(std::string(part(health(mh::Locale::en), "erasures")["text"]),
              testing::HasSubstr("the export that began 2 h 30 min ago"));
  EXPECT_THAT(std::string(part(health(mh::Locale::ko), "erasures")["text"]),
              testing::HasSubstr("회원 삭제 3건을 1시간 30분째"));
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
  EXPECT_TRUE(mistaken("/components/4/rows/0/net/amount_minor", 1.5));
  EXPECT_TRUE(mistaken("/components/4/rows/0/net/currency", "won"));
  EXPECT_TRUE(mistaken("/components/4/rows/0/net/minor_digits", -1));
  EXPECT_TRUE(mistaken("/components/2/steps/1/share", 1.5));
  EXPECT_TRUE(mistaken("/components/4/rows/0/net/extra", 1));
  EXPECT_TRUE(mistaken("/components/4/rows/0/orders", true));
  EXPECT_TRUE(mistaken("/components/4/next", "not a cursor!"));
}

}  // namespace
}  // namespace crm_test
