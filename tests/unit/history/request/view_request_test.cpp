// What a host may pass as a view request, and the menu it gets.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "history/menu.h"
#include "history/request/view_request.h"

namespace message_history {
namespace {

crm_str text(std::string_view value) {
  return crm::str(value);
}

class HistoryRequest : public testing::Test {
 protected:
  HistoryRequest() {
    raw_.size = sizeof(raw_);
    raw_.tenant = text("mall-1");
    raw_.actor = text("kim");
    raw_.locale = text("en-US");
    raw_.time_zone = text("Asia/Seoul");
    raw_.view_id = text("health");
    raw_.permissions = permissions_.data();
    raw_.permission_count = permissions_.size();
    raw_.params = params_.data();
    raw_.param_count = params_.size();
  }

  int32_t status() const {
    const auto request = request_of(&raw_);
    return request ? CRM_OK : request.error().status;
  }

  std::array<crm_str, 2> permissions_ = {text("history.view"), text("history.view")};
  std::array<crm_param, 2> params_ = {{{text("q"), text("x")}, {text("sort"), text("")}}};
  crm_view_request raw_{};
};

TEST_F(HistoryRequest, IsTakenWhole) {
  const auto request = request_of(&raw_);
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request.value().tenant, "mall-1");
  EXPECT_EQ(request.value().actor, "kim");
  EXPECT_EQ(request.value().view_id, "health");
  EXPECT_EQ(request.value().locale, Locale::en);
  EXPECT_EQ(request.value().time_zone.name(), "Asia/Seoul");
  EXPECT_EQ(request.value().permissions, std::set<std::string>{"history.view"});
  EXPECT_EQ(request.value().params, (std::map<std::string, std::string>{{"q", "x"}, {"sort", ""}}));
}

TEST_F(HistoryRequest, IsRefusedWhenMissingOrTooShort) {
  EXPECT_FALSE(request_of(nullptr));
  raw_.size = sizeof(raw_) - 1;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
  raw_.size = sizeof(raw_) + 100;
  EXPECT_EQ(status(), CRM_OK);
}

TEST_F(HistoryRequest, SpeaksKoreanUnlessAskedForEnglish) {
  raw_.locale = {nullptr, 0};
  EXPECT_EQ(request_of(&raw_).value().locale, Locale::ko);
  raw_.locale = text("fr");
  EXPECT_EQ(request_of(&raw_).value().locale, Locale::ko);
}

TEST_F(HistoryRequest, LeavesAnEmptyTimeZoneToTheTenantAndRefusesAnUnknownOne) {
  raw_.time_zone = {nullptr, 0};
  EXPECT_EQ(request_of(&raw_).value().time_zone.name(), "");
  for (const char* name : {"Mars/Olympus", "../../etc/passwd", "asia/seoul "}) {
    raw_.time_zone = text(name);
    EXPECT_EQ(status(), CRM_ERR_INVALID) << name;
  }
}

TEST_F(HistoryRequest, RefusesADuplicateParameter) {
  params_[1].key = text("q");
  const auto request = request_of(&raw_);
  ASSERT_FALSE(request);
  EXPECT_NE(request.error().detail.find("twice"), std::string::npos);
}

TEST_F(HistoryRequest, RefusesNullWithACount) {
  raw_.permissions = nullptr;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
  raw_.permission_count = 0;
  EXPECT_EQ(status(), CRM_OK);
  raw_.params = nullptr;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
  raw_.param_count = 0;
  EXPECT_EQ(status(), CRM_OK);
}

// Every text: at its maximum it is taken; above, as bad UTF-8 and as NULL with a size it is
// refused.
TEST_F(HistoryRequest, ChecksEveryText) {
  struct Field {
    crm_str* place;
    std::size_t bytes_max;
  };
  for (const Field& field :
       {Field{&raw_.tenant, 64}, Field{&raw_.actor, viewer_bytes_max},
        Field{&raw_.locale, locale_bytes_max}, Field{&raw_.view_id, view_id_bytes_max},
        Field{permissions_.data(), permission_bytes_max},
        Field{&params_[0].key, param_key_bytes_max},
        Field{&params_[0].value, param_value_bytes_max}}) {
    const crm_str before = *field.place;
    const std::string longest(field.bytes_max, 'a');
    *field.place = text(longest);
    EXPECT_EQ(status(), CRM_OK) << field.bytes_max;
    const std::string longer(field.bytes_max + 1, 'a');
    *field.place = text(longer);
    EXPECT_EQ(status(), CRM_ERR_INVALID) << field.bytes_max;
    *field.place = text("\xC3\x28");
    EXPECT_EQ(status(), CRM_ERR_INVALID);
    *field.place = {nullptr, 3};
    EXPECT_EQ(status(), CRM_ERR_INVALID);
    *field.place = before;
  }
  for (crm_str* const needed :
       {&raw_.tenant, &raw_.view_id, permissions_.data(), &params_[0].key}) {
    const crm_str before = *needed;
    *needed = {nullptr, 0};
    EXPECT_EQ(status(), CRM_ERR_INVALID);
    *needed = before;
  }
}

TEST_F(HistoryRequest, TakesTheMostPermissionsAndParametersAndNoMore) {
  const std::vector<crm_str> permissions(permission_count_max + 1, text("p"));
  raw_.permissions = permissions.data();
  raw_.permission_count = permission_count_max;
  EXPECT_EQ(status(), CRM_OK);
  raw_.permission_count = permission_count_max + 1;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
  raw_.permission_count = 0;

  std::vector<std::string> keys;
  for (std::size_t i = 0; i <= param_count_max; ++i) keys.push_back("k" + std::to_string(i));
  std::vector<crm_param> params;
  for (const std::string& key : keys) params.push_back({text(key), text("v")});
  raw_.params = params.data();
  raw_.param_count = param_count_max;
  EXPECT_EQ(status(), CRM_OK);
  raw_.param_count = param_count_max + 1;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
  raw_.param_count = UINT64_MAX;
  EXPECT_EQ(status(), CRM_ERR_INVALID);
}

TEST(HistoryMenu, HasItsEntriesInOrderWithBothTitles) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"messages.automatic", "history.view"},
      {"messages.manual", "history.view"},
      {"exports", "history.export"},
      {"settings.attribution", "history.operate"},
      {"health", "history.operate"}};
  std::vector<std::pair<std::string, std::string>> shown;
  std::int32_t order = 0;
  for (const crm_menu_entry* entry : menu()) {
    EXPECT_EQ(entry->size, sizeof(crm_menu_entry));
    EXPECT_GT(entry->order, order);
    order = entry->order;
    shown.emplace_back(crm::view(entry->view_id), crm::view(entry->permission));
    EXPECT_GT(entry->icon.size, 0U);
    ASSERT_EQ(entry->title_count, 2U);
    EXPECT_EQ(crm::view(entry->titles[0].locale), "ko");
    EXPECT_EQ(crm::view(entry->titles[1].locale), "en");
    EXPECT_GT(entry->titles[0].text.size, 0U);
  }
  EXPECT_EQ(shown, expected);
}

}  // namespace
}  // namespace message_history
