// Who may know a member's id, and what is left of it for others.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/rendered_view.h"

namespace crm_test {
namespace {

TEST(HistoryMemberIds, AreNotInAMaskedTitle) {
  World world = make_world();
  auto request = make_request("member", {{"member_ref", ref(1)}});
  request.permissions = {CRM_PERMISSION_VIEW};
  EXPECT_EQ(rendered(world, request)["title"], "Member zq***");
}

TEST(HistoryMemberIds, FindNothingForWhoMayNotReadMembers) {
  World world = make_world();
  auto request = make_request("member", {{"member_id", secret_ids[0]}});
  request.permissions = {CRM_PERMISSION_VIEW};
  EXPECT_TRUE(mh::is_hidden_lookup(request));
  const crm::Error known = refused(world, request);
  request.params["member_id"] = "zq-member-9999";
  const crm::Error unknown = refused(world, request);
  EXPECT_EQ(known.status, CRM_ERR_NOT_FOUND);
  EXPECT_EQ(unknown.status, known.status);
  EXPECT_EQ(unknown.detail, known.detail);
  EXPECT_EQ(unknown.detail.find("9999"), std::string::npos);
  request.permissions.insert(CRM_PERMISSION_MEMBER_READ);
  EXPECT_FALSE(mh::is_hidden_lookup(request));
}

TEST(HistoryMemberIds, AreNotToldByReferencesWhichNobodyMakesUp) {
  const mh::Sha256 key{1};
  const mh::Sha256 other_key{2};
  std::set<std::string> refs;
  for (int number = 1; number <= 1'000; ++number) {
    const mh::MemberNo member{number};
    const std::string made = mh::member_ref(key, member);
    EXPECT_EQ(mh::member_of_ref(key, made), member);
    EXPECT_EQ(mh::member_of_ref(other_key, made), std::nullopt);
    EXPECT_NE(mh::member_ref(other_key, member), made);
    EXPECT_TRUE(refs.insert(made).second);
  }
  const std::string made = *refs.begin();
  for (std::size_t i = 0; i < made.size(); ++i) {
    std::string altered = made;
    altered[i] = altered[i] == 'Q' ? 'R' : 'Q';
    EXPECT_EQ(mh::member_of_ref(key, altered), std::nullopt) << altered;
  }
  EXPECT_EQ(mh::member_of_ref(key, mh::member_ref(key, mh::member_ambiguous)), std::nullopt);
}

TEST(HistoryMemberIds, ArePutOnRecordByThePageThatShowsThem) {
  World world = make_world();
  const auto shown = [&](mh::ViewRequest request) {
    std::vector<std::string> ids;
    auto source = source_of(world);
    source.record_reading = [&](const mh::ShownMembers& members) {
      EXPECT_EQ(members.view, request.view_id);
      EXPECT_EQ(members.message_id, request.params["message_id"]);
      ids = members.ids;
    };
    EXPECT_TRUE(mh::render_view(request, source).ok());
    return ids;
  };
  auto request = make_request("message.recipients", {{"message_id", "M-sale"}});
  const auto ids = shown(request);
  const Json rows = part(rendered(world, request), "recipients")["rows"];
  std::set<std::string> on_page;
  for (const Json& row : rows) {
    if (row["member"]["state"] == "shown") on_page.insert(row["member"]["text"]);
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), on_page);
  EXPECT_FALSE(ids.empty());
  EXPECT_EQ(shown(make_request("member", {{"member_ref", ref(1)}})), std::vector{secret_ids[0]});
  request.permissions = {CRM_PERMISSION_VIEW};
  EXPECT_EQ(shown(request), std::vector<std::string>());
}

TEST(HistoryMemberIds, ThatCannotBePutOnRecordAreNotShown) {
  World world = make_world();
  auto source = source_of(world);
  source.record_reading = [](const mh::ShownMembers&) {
    throw crm::Failure(CRM_ERR_FULL, "the disk is full");
  };
  EXPECT_THROW(mh::render_view(make_request("member", {{"member_ref", ref(1)}}), source),
               crm::Failure);
}

}  // namespace
}  // namespace crm_test
