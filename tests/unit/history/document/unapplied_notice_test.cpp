// Views say that recorded events are missing from them, how many, since when and why.
#include "support/rendered_view.h"

namespace crm_test {
namespace {

class HistoryUnapplied : public testing::Test {
 protected:
  crm::Result<Json> view(const std::string& id, const std::map<std::string, std::string>& params,
                         mh::Locale locale = mh::Locale::en) {
    const mh::ViewRequest request = make_request(id, params, locale);
    mh::ViewSource source = source_of(world_);
    source.recording.unapplied = {22'000, CRM_ERR_FULL, "/data/history.db: no space",
                                  now_us - 3 * mh::hour_us};
    auto rendered = mh::render_view(request, source);
    if (rendered) {
      EXPECT_EQ(schema_errors(rendered.value()), "");
    }
    return rendered;
  }

  World world_ = make_world();
};

TEST_F(HistoryUnapplied, EveryPageSaysSo) {
  const std::pair<const char*, std::map<std::string, std::string>> pages[] = {
      {"messages.automatic", {}},
      {"messages.manual", {}},
      {"message", {{"message_id", "M-welcome"}}},
      {"message.buyers", {{"message_id", "M-welcome"}}},
      {"message.recipients", {{"message_id", "M-welcome"}}},
      {"order", {{"order_id", "O-1"}}},
      {"member", {{"member_ref", ref(1)}}},
      {"exports", {}},
      {"settings.attribution", {}},
      {"health", {}},
  };
  for (const auto& [id, params] : pages) {
    const auto page = view(id, params);
    ASSERT_TRUE(page) << id << page.error().detail;
    const Json told = part(page.value(), "unapplied");
    ASSERT_FALSE(told.is_null()) << id;
    EXPECT_EQ(told["tone"], "danger");
    EXPECT_EQ(told["text"],
              "22,000 recorded events are not on this page yet: for 3 h now they could not be "
              "applied, because the disk is full. They are kept safely and appear by themselves "
              "once that is put right. Tell whoever runs the server.");
    EXPECT_EQ(part(rendered(world_, make_request(id, params)), "unapplied"), nullptr) << id;
  }
}

TEST_F(HistoryUnapplied, InKoreanAsWell) {
  const auto page = view("messages.manual", {}, mh::Locale::ko);
  EXPECT_EQ(
      part(page.value(), "unapplied")["text"],
      "받은 이벤트 22,000건이 이 화면에 아직 들어 있지 않아요. 저장 공간이 부족해서 3시간째 "
      "반영하지 못하고 있어요. 이벤트는 안전하게 보관되어 있고, 문제가 풀리면 저절로 반영돼요. "
      "서버 담당자에게 알려 주세요.");
}

TEST_F(HistoryUnapplied, HealthIsNotWellAndHasTheErrorAndBothCounts) {
  world_.snapshot.quarantined.clear();
  const Json page = view("health", {}).value();
  EXPECT_EQ(part(page, "last_error")["text"], "Last error: /data/history.db: no space");
  const Json state = part(page, "state");
  EXPECT_TRUE(state.is_null() || state["tone"] != "success");
  const Json tiles = part(page, "store");
  const auto applied = tile(tiles, "applied").get<std::int64_t>();
  EXPECT_GT(applied, 0);
  EXPECT_EQ(tile(tiles, "recorded"), applied + 22'000);
  const Json well = part(rendered(world_, make_request("health")), "store");
  EXPECT_EQ(tile(well, "recorded"), tile(well, "applied"));
}

TEST_F(HistoryUnapplied, WhatIsNotFoundMayBeAmongThem) {
  const auto missing = view("order", {{"order_id", "O-9"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().status, CRM_ERR_NOT_FOUND);
  EXPECT_NE(missing.error().detail.find("22,000 recorded events are not applied yet"),
            std::string::npos);
}

}  // namespace
}  // namespace crm_test
