// Cursors: every row once in every order, and none but the list's own are taken.
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <set>

#include "support/rendered_view.h"

namespace crm_test {
namespace {

constexpr int many = 123;

World world_with_many_messages(mh::MessageKind kind) {
  World world;
  for (int i = 0; i < many; ++i) {
    auto& message = add_message(world, "M-" + std::to_string(i), "name " + std::to_string(i % 7),
                                kind, mh::MessageState::completed);
    message.row.counts.recipients.success = i % 5;  // many ties
    message.row.counts.clickers = i;
    message.money["KRW"] = {1, i % 3, 0, 0};
    world.snapshot.period_rows.push_back(
        {message.row.number, {i % 5, 0, 0, 0, i}, {{"KRW", {1, i % 3, 0, 0}}}});
  }
  return world;
}

// Pages through the list in every order it offers; each message must come exactly once, ordered.
void expect_every_order(World& world, const std::string& view,
                        const std::map<std::string, std::string>& params) {
  for (const char* sort :
       {"activity", "sent", "name", "recipients", "success", "failed", "clicks", "orders", "net"}) {
    for (const char* sign : {"", "-"}) {
      auto request = make_request(view, params);
      request.params["sort"] = std::string(sign) + sort;
      const Json rows = all_rows(world, request, "messages");
      std::set<std::string> ids;
      for (const Json& row : rows) ids.insert(row["message_id"]);
      EXPECT_EQ(rows.size(), static_cast<std::size_t>(many)) << request.params["sort"];
      EXPECT_EQ(ids.size(), static_cast<std::size_t>(many)) << request.params["sort"];
      if (!rows[0].contains(sort) || !rows[0][sort].is_number()) continue;
      const bool is_ordered = std::ranges::is_sorted(rows, [&](const Json& a, const Json& b) {
        return *sign == '-' ? a[sort] > b[sort] : a[sort] < b[sort];
      });
      EXPECT_TRUE(is_ordered) << request.params["sort"];
    }
  }
}

TEST(HistoryPaging, ManualMessagesComeOnceInEveryOrder) {
  World world = world_with_many_messages(mh::MessageKind::manual);
  expect_every_order(world, "messages.manual", {});
}

TEST(HistoryPaging, AutomaticMessagesOfAPeriodComeOnceInEveryOrder) {
  World world = world_with_many_messages(mh::MessageKind::automatic);
  expect_every_order(world, "messages.automatic", {{"from", "2026-11-01"}});
}

TEST(HistoryPaging, ALaterPageIsOnlyTheTable) {
  World world = world_with_many_messages(mh::MessageKind::manual);
  auto request = make_request("messages.manual");
  const Json first = part(rendered(world, request), "messages");
  EXPECT_EQ(first["total"], many);
  request.params["cursor"] = first["next"];
  const Json second = rendered(world, request);
  ASSERT_EQ(second["components"].size(), 1U);
  EXPECT_FALSE(second["components"][0].contains("total"));
}

TEST(HistoryPaging, APeriodWithTooManyMessagesAsksForFewerDays) {
  World world = world_with_many_messages(mh::MessageKind::automatic);
  const auto request = make_request("messages.automatic", {{"to", "2026-11-30"}});
  const auto asks = [&] { return !part(rendered(world, request), "period_too_long").is_null(); };
  EXPECT_FALSE(asks());
  world.snapshot.period_rows.resize(20'001, {{1}, {}, {}});
  EXPECT_TRUE(asks());
}

class HistoryCursor : public testing::Test {
 protected:
  HistoryCursor() : world_(world_with_many_messages(mh::MessageKind::manual)) {
    request_.params["sort"] = "name";
    cursor_ = part(rendered(world_, request_), "messages")["next"];
  }

  int32_t status_with(const std::string& cursor) {
    auto request = request_;
    request.params["cursor"] = cursor;
    return refused(world_, request).status;
  }

  World world_;
  mh::ViewRequest request_ = make_request("messages.manual");
  std::string cursor_;
};

TEST_F(HistoryCursor, IsTakenUnchanged) {
  EXPECT_EQ(status_with(cursor_), CRM_OK);
}

TEST_F(HistoryCursor, IsRefusedWithAnyCharacterChanged) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n";
  for (std::size_t i = 0; i < cursor_.size(); ++i) {
    for (const char replacement : alphabet) {
      std::string altered = cursor_;
      if (altered[i] == replacement) continue;
      altered[i] = replacement;
      ASSERT_EQ(status_with(altered), CRM_ERR_INVALID) << i << " " << replacement;
    }
  }
}

TEST_F(HistoryCursor, IsRefusedCutLongerOrForeign) {
  for (std::size_t size = 1; size < cursor_.size(); ++size) {
    ASSERT_EQ(status_with(cursor_.substr(0, size)), CRM_ERR_INVALID) << size;
  }
  EXPECT_EQ(status_with(cursor_ + "A"), CRM_ERR_INVALID);
  EXPECT_EQ(status_with(cursor_ + cursor_), CRM_ERR_INVALID);
  EXPECT_EQ(status_with(crm::base64url_encode(std::string(25, '\1'))), CRM_ERR_INVALID);
  EXPECT_EQ(status_with("\xEA\xB0\x80"), CRM_ERR_INVALID);
}

TEST_F(HistoryCursor, BelongsToItsViewFiltersOrderAndTenant) {
  request_.params["cursor"] = cursor_;
  auto other = request_;
  other.view_id = "messages.automatic";
  EXPECT_EQ(refused(world_, other).status, CRM_ERR_INVALID);
  other = request_;
  other.params["sort"] = "-name";
  EXPECT_EQ(refused(world_, other).status, CRM_ERR_INVALID);
  other = request_;
  other.params["q"] = "name";
  EXPECT_EQ(refused(world_, other).status, CRM_ERR_INVALID);
  other = request_;
  other.params["q"] = "";  // the same as none
  EXPECT_EQ(refused(world_, other).status, CRM_OK);
  world_.tenant.tenant = "mall-2";
  EXPECT_EQ(refused(world_, request_).status, CRM_ERR_INVALID);
  world_.tenant.tenant = "mall-1";
  world_.tenant.member_salt[31] ^= 1;
  EXPECT_EQ(refused(world_, request_).status, CRM_ERR_INVALID);
}

TEST(HistoryPaging, BuyersComeOnceNewestFirst) {
  World world = make_world();
  world.snapshot.credits.clear();
  world.snapshot.orders.clear();
  for (int i = 1; i <= many; ++i) {
    mh::Order bought = order(i, "O-" + std::to_string(i), 1 + i % 4, "KRW", 100);
    bought.placed_at_us += i / 3 * mh::second_us;  // several at one time
    world.snapshot.credits.push_back(
        credit(bought, 1, mh::TouchKind::coupon, noon_us - mh::hour_us));
    world.snapshot.orders.push_back(std::move(bought));
  }
  const Json rows =
      all_rows(world, make_request("message.buyers", {{"message_id", "M-sale"}}), "buyers");
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(many));
  EXPECT_EQ(rows[0]["order_id"], "O-123");
  EXPECT_EQ(rows[122]["order_id"], "O-1");
}

TEST(HistoryPaging, ATimeLineComesOnceWithWhateverKeyTheStoreGives) {
  World world = make_world();
  auto& rows = world.snapshot.timelines[4];
  for (int i = many; i > 0; --i) {
    mh::TimelineRow row;
    row.at_us = noon_us;
    row.key = {noon_us, std::string(1, '\0') + static_cast<char>(i)};
    row.touch = world.snapshot.touches[0];
    rows.push_back(row);
  }
  const auto request = make_request("member", {{"member_id", secret_ids[3]}});
  EXPECT_EQ(all_rows(world, request, "timeline", "entries").size(), static_cast<std::size_t>(many));
}

TEST(HistoryPaging, ExportsAndQuarantineComeOnce) {
  World world = make_world();
  for (int i = 4; i <= many; ++i) {
    mh::AuditRow row = world.snapshot.audit.back();
    row.number = i;
    row.previous_sha256 = row.sha256;
    row.sha256[1] = static_cast<std::uint8_t>(i);
    world.snapshot.audit.push_back(row);
    world.snapshot.quarantined.push_back(world.snapshot.quarantined[0]);
    world.snapshot.quarantined.back().number = i;
  }
  const Json exports = all_rows(world, make_request("exports"), "exports");
  ASSERT_EQ(exports.size(), static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i) {
    EXPECT_EQ(exports[static_cast<std::size_t>(i)]["number"], many - i);
    EXPECT_EQ(exports[static_cast<std::size_t>(i)]["chain"]["value"], "linked") << i;
  }
  EXPECT_EQ(all_rows(world, make_request("health"), "quarantine").size(), 121U);
}

}  // namespace
}  // namespace crm_test
