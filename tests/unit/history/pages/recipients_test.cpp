// The recipients of a message: chains as one row, filters, search, and a bounded scan.
#include <fmt/format.h>

#include <algorithm>

#include "history/pages/recipient_scan.h"
#include "support/rendered_view.h"

namespace crm_test {
namespace {

std::vector<std::string> ids(const Json& rows) {
  std::vector<std::string> shown;
  for (const Json& row : rows) shown.push_back(row["delivery_id"]);
  return shown;
}

class HistoryRecipients : public testing::Test {
 protected:
  mh::ViewRequest request(std::map<std::string, std::string> params = {},
                          mh::Locale locale = mh::Locale::en) {
    params["message_id"] = "M-sale";
    return make_request("message.recipients", std::move(params), locale);
  }
  Json table(std::map<std::string, std::string> params = {}) {
    return part(rendered(world_, request(std::move(params))), "recipients");
  }
  std::vector<std::string> found(std::map<std::string, std::string> params) {
    const auto wanted = request(std::move(params));
    return ids(all_rows(world_, wanted, "recipients"));
  }

  World world_ = make_world();
};

using Ids = std::vector<std::string>;

TEST_F(HistoryRecipients, AreOneRowAChainAtItsSmallestDelivery) {
  const Json all = table();
  EXPECT_EQ(ids(all["rows"]), (Ids{"d-01", "d-03", "d-04", "d-05", "d-06", "d-07", "d-08"}));
  EXPECT_EQ(all["total"], 7);
}

TEST_F(HistoryRecipients, TellTheChainInWordsAndAsData) {
  const Json row = table()["rows"][0];
  EXPECT_EQ(row["chain"], "AlimTalk failed 3018 → SMS delivered");
  EXPECT_EQ(row["outcome"]["value"], "success");
  EXPECT_TRUE(row["reason"].is_null());
  ASSERT_EQ(row["attempts"].size(), 2U);
  EXPECT_EQ(row["attempts"][0]["status"]["value"], "failed");
  EXPECT_EQ(row["attempts"][0]["reason"]["code"], "mts-kakao:3018");
  EXPECT_EQ(row["attempts"][0]["reason"]["value"], "unreachable");
  EXPECT_EQ(row["attempts"][1]["channel"]["value"], "sms");
  const Json korean = rendered(world_, request({}, mh::Locale::ko));
  EXPECT_EQ(part(korean, "recipients")["rows"][0]["chain"], "알림톡 실패 3018 → SMS 도착");
}

TEST_F(HistoryRecipients, LeaveOutAttemptsNobodyReported) {
  const Json row = table({{"q", "d-08"}})["rows"][0];
  EXPECT_EQ(row["chain"], "SMS sent");
  EXPECT_EQ(row["attempts"].size(), 1U);
}

TEST_F(HistoryRecipients, AreFilteredByOutcomeAndReason) {
  EXPECT_EQ(found({{"outcome", "failed"}}), Ids{"d-03"});
  EXPECT_EQ(found({{"outcome", "success"}}), (Ids{"d-01", "d-08"}));
  EXPECT_EQ(found({{"outcome", "pending"}}), (Ids{"d-04", "d-07"}));
  EXPECT_EQ(found({{"outcome", "excluded"}}), (Ids{"d-05", "d-06"}));
  EXPECT_EQ(found({{"outcome", "failed"}, {"reason", "no_subscriber"}}), Ids{"d-03"});
  EXPECT_EQ(found({{"outcome", "failed"}, {"reason", "unreachable"}}), Ids{});
  EXPECT_EQ(found({{"reason", "uncertain"}}), Ids{"d-07"});
  EXPECT_EQ(table({{"outcome", "failed"}})["total"], 1);
  EXPECT_FALSE(table({{"reason", "uncertain"}}).contains("total"));
}

// Its smallest delivery was skipped, so the index of failed deliveries does not hold it.
TEST_F(HistoryRecipients, AFailedChainIsFoundByWhateverAttemptFailed) {
  using enum mh::DeliveryStatus;
  add_delivery(world_, {1, "e-1", 2, 1, 9, {mark(skipped, noon_us)}});
  add_delivery(world_, {1, "e-2", 2, 1, 9, {mark(failed, noon_us, "3018")}});
  add_delivery(world_, {1, "e-3", 2, 2, 9, {mark(failed, noon_us + 5, "S34")}});
  EXPECT_EQ(found({{"outcome", "failed"}}), (Ids{"d-03", "e-1"}));
  EXPECT_EQ(found({{"outcome", "failed"}, {"reason", "no_subscriber"}}), (Ids{"d-03", "e-1"}));
  EXPECT_EQ(table({{"q", "e-3"}})["rows"][0]["reason"]["code"], "mts-sms:S34");
}

TEST_F(HistoryRecipients, AreFoundByExactDeliveryOrMemberId) {
  EXPECT_EQ(found({{"q", "d-02"}}), Ids{"d-01"});
  EXPECT_EQ(found({{"q", secret_ids[1]}}), (Ids{"d-03", "d-08"}));
  EXPECT_EQ(found({{"q", secret_ids[1]}, {"outcome", "failed"}}), Ids{"d-03"});
  EXPECT_EQ(found({{"q", secret_ids[2]}}), Ids{}) << "an erased member has no id any more";
  EXPECT_EQ(found({{"q", "nobody"}}), Ids{});
}

TEST_F(HistoryRecipients, AreFoundByTheBeginningOfWhatTheActorSees) {
  EXPECT_EQ(found({{"q", "zq-mem"}}), Ids{"d-01"});
  EXPECT_EQ(found({{"q", "d-"}}).size(), 7U);
  auto masked = request({{"q", "zq"}});
  masked.permissions.erase(CRM_PERMISSION_MEMBER_READ);
  EXPECT_EQ(ids(all_rows(world_, masked, "recipients")), Ids{"d-01"});
  masked.params["q"] = "zq-";
  EXPECT_EQ(ids(all_rows(world_, masked, "recipients")), Ids{});
}

TEST_F(HistoryRecipients, AnIdFindsNothingForWhoMayNotReadMembers) {
  auto masked = request({{"q", secret_ids[0]}});
  masked.permissions.erase(CRM_PERMISSION_MEMBER_READ);
  const Json document = rendered(world_, masked);
  EXPECT_EQ(document.dump().find(secret_ids[0]), std::string::npos);
  EXPECT_EQ(part(document, "recipients")["rows"], Json::array());
  masked.params["q"] = secret_ids[0].substr(0, 2);
  const Json beginning = part(rendered(world_, masked), "recipients")["rows"][0];
  EXPECT_EQ(beginning["member"]["text"], "zq***");
  EXPECT_EQ(beginning["open"]["params"]["member_ref"], ref(1));
  const Json readable = part(rendered(world_, request({{"q", "zq"}})), "filters");
  EXPECT_EQ(readable["fields"][0]["value"], "zq");
}

TEST_F(HistoryRecipients, ShortIdsAreMaskedWhole) {
  world_.snapshot.members[0].member = "ab";
  auto masked = request();
  masked.permissions.erase(CRM_PERMISSION_MEMBER_READ);
  const auto text = [&] {
    const Json shown = part(rendered(world_, masked), "recipients");
    return shown["rows"][0]["member"]["text"].get<std::string>();
  };
  EXPECT_EQ(text(), "***");
  world_.snapshot.members[0].member = "abc";
  EXPECT_EQ(text(), "a***");
  world_.snapshot.members[0].member = "회원번호일이삼";
  EXPECT_EQ(text(), "회원***");
}

class HistoryRecipientScan : public HistoryRecipients {
 protected:
  void add_many(int count) {
    world_.snapshot.all_deliveries.clear();
    for (int i = 0; i < count; ++i) {
      add_delivery(
          world_,
          {1, fmt::format("d{:06}", i), 1, 1, 0, {mark(mh::DeliveryStatus::delivered, noon_us)}});
    }
    world_.snapshot.deliveries_read = 0;
  }
};

TEST_F(HistoryRecipientScan, EveryRecipientComesOnceOverAllPages) {
  add_many(230);
  const auto shown = found({});
  EXPECT_EQ(shown.size(), 230U);
  EXPECT_TRUE(std::ranges::is_sorted(shown));
  EXPECT_EQ(std::set<std::string>(shown.begin(), shown.end()).size(), 230U);
}

TEST_F(HistoryRecipientScan, APageReadsLittleWhenItFindsMuch) {
  add_many(5'000);
  EXPECT_EQ(table()["rows"].size(), 50U);
  EXPECT_LE(world_.snapshot.deliveries_read, 200);
}

TEST_F(HistoryRecipientScan, APageThatFindsNothingEndsAtItsBudgetAndGoesOn) {
  constexpr auto budget = mh::scan_deliveries_max;
  add_many(static_cast<int>(budget) + 700);
  add_delivery(world_, {1, "x-last", 1, 1, 0, {mark(mh::DeliveryStatus::accepted, noon_us)}});
  auto wanted = request({{"outcome", "pending"}});
  const Json first = rendered(world_, wanted);
  EXPECT_TRUE(part(first, "recipients")["rows"].empty());
  EXPECT_NE(part(first, "scan")["text"].get<std::string>().find("20,000"), std::string::npos);
  EXPECT_LE(world_.snapshot.deliveries_read, budget + 1'000);
  wanted.params["cursor"] = part(first, "recipients")["next"];
  const Json second = part(rendered(world_, wanted), "recipients");
  EXPECT_EQ(ids(second["rows"]), Ids{"x-last"});
  EXPECT_FALSE(second.contains("next"));
}

}  // namespace
}  // namespace crm_test
