// Views say where details end because the shop keeps them no longer.
#include "support/rendered_view.h"

namespace crm_test {
namespace {

// 2026-11-15T00:00:00+09:00.
constexpr std::int64_t kept_from_us = noon_us - 5 * mh::day_us - 12 * mh::hour_us;

class HistoryRetention : public testing::Test {
 protected:
  std::string note(const std::string& view, const std::map<std::string, std::string>& params,
                   mh::Locale locale = mh::Locale::en) {
    const Json found = part(rendered(world_, make_request(view, params, locale)), "retention");
    return found.is_null() ? "" : found["text"].get<std::string>();
  }

  World world_ = make_world();
};

TEST_F(HistoryRetention, IsNotMentionedWhileEverythingIsKept) {
  for (const char* view : {"message", "message.recipients", "message.buyers"}) {
    EXPECT_EQ(note(view, {{"message_id", "M-welcome"}}), "") << view;
  }
  EXPECT_EQ(note("order", {{"order_id", "O-1"}}), "");
  EXPECT_EQ(note("member", {{"member_ref", ref(1)}}), "");
}

TEST_F(HistoryRetention, IsToldWhereTheViewReachesBackBeforeIt) {
  world_.snapshot.details_from_us = kept_from_us;
  const std::string told =
      "Details before 2026-11-15 were removed by the shop's retention setting. Totals are kept.";
  for (const char* view : {"message", "message.recipients", "message.buyers"}) {
    EXPECT_EQ(note(view, {{"message_id", "M-welcome"}}), told) << view;
    EXPECT_EQ(note(view, {{"message_id", "M-sale"}}), "") << view;  // sent later
  }
  EXPECT_EQ(note("member", {{"member_ref", ref(1)}}), told);
  EXPECT_EQ(note("order", {{"order_id", "O-1"}}), told);  // by what it may have been won
  world_.snapshot.orders[0].placed_at_us += 30 * mh::day_us;
  EXPECT_EQ(note("order", {{"order_id", "O-1"}}), "");
}

TEST_F(HistoryRetention, IsToldInKorean) {
  world_.snapshot.details_from_us = kept_from_us;
  EXPECT_EQ(note("message", {{"message_id", "M-welcome"}}, mh::Locale::ko),
            "2026-11-15 이전의 상세 내역은 쇼핑몰의 보관 기간 설정에 따라 지웠어요. 합계는 그대로 "
            "남아 있어요.");
}

TEST_F(HistoryRetention, IsToldWhereSomethingIsNotFound) {
  EXPECT_EQ(refused(world_, make_request("order", {{"order_id", "O-9"}})).detail.find("retention"),
            std::string::npos);
  world_.snapshot.details_from_us = kept_from_us;
  for (const auto& request : {make_request("order", {{"order_id", "O-9"}}),
                              make_request("member", {{"member_id", "nobody"}})}) {
    const crm::Error error = refused(world_, request);
    EXPECT_EQ(error.status, CRM_ERR_NOT_FOUND);
    EXPECT_NE(error.detail.find("details before 2026-11-15 were removed"), std::string::npos);
  }
}

TEST_F(HistoryRetention, HealthTellsSinceWhenDetailsAreKept) {
  const auto since = [this] {
    return tile(part(rendered(world_, make_request("health")), "store"), "details_from");
  };
  EXPECT_EQ(since(), "The first event");
  world_.snapshot.details_from_us = kept_from_us;
  EXPECT_EQ(since(), "2026-11-15");
}

TEST_F(HistoryRetention, HealthTellsThatTheClockKeepsDetailsFromExpiring) {
  const auto told = [this](mh::Locale locale) {
    const mh::ViewRequest request = make_request("health", {}, locale);
    mh::ViewSource source = source_of(world_);
    source.recording.clock_jump = {noon_us + 365 * mh::day_us, noon_us, noon_us - mh::hour_us,
                                   60 * mh::day_us};
    const auto view = mh::render_view(request, source);
    EXPECT_TRUE(view);
    EXPECT_EQ(schema_errors(view.value()), "");
    const Json clock = part(view.value(), "clock");
    EXPECT_EQ(clock["tone"], "warning");
    const Json state = part(view.value(), "state");
    EXPECT_TRUE(state.is_null() || state["tone"] != "success");
    return clock["text"].get<std::string>();
  };
  EXPECT_EQ(
      told(mh::Locale::en),
      "Since 2026-11-20 the host's clock is 365 d ahead of the time that has passed, so no old "
      "details are removed. Put the clock right. If it is right, leave it: removal goes on "
      "by itself in about 60 d.");
  EXPECT_NE(told(mh::Locale::ko).find("365일 빨라서"), std::string::npos);
  EXPECT_EQ(part(rendered(world_, make_request("health")), "clock"), nullptr);
}

}  // namespace
}  // namespace crm_test
