// A plugin's document is shown only as the schema wants it.
#include <crm/ext/admin_views.h>
#include <gtest/gtest.h>

#include <string>

#include "requests/view_check.h"

namespace host_stub {
namespace {

constexpr const char* view_id = "hello.page";

Json document_with(const std::string& title) {
  return {{"view", view_id},
          {"title", title},
          {"locale", "ko"},
          {"time_zone", "Asia/Seoul"},
          {"components", Json::array()}};
}

// What is found, or nothing.
std::string finding(const Json& document) {
  const Outcome checked = check_view(document, view_id);
  return checked ? std::string() : checked.error().detail;
}

TEST(ViewCheck, TakesATextOfTheMaximumAndNoneAbove) {
  const std::string longest(CRM_VIEW_TEXT_BYTES_MAX, 'x');
  EXPECT_EQ(finding(document_with(longest)), "");
  EXPECT_EQ(finding(document_with(longest + 'x')), "one with a text of more than 8192 bytes");
  Json nested = document_with("x");
  nested["components"].push_back({{"type", "notice"}, {"tone", "info"}, {"text", longest + 'x'}});
  EXPECT_EQ(finding(nested), "one with a text of more than 8192 bytes");
}

TEST(ViewCheck, NamesWhatIsWrongAndWhere) {
  Json document = document_with("x");
  document["components"].push_back({{"type", "carousel"}});
  EXPECT_NE(finding(document).find("[0]"), std::string::npos) << finding(document);
  EXPECT_EQ(finding(Json::array()), "not an object");
  document = document_with("x");
  document["view"] = "hello.other";
  EXPECT_EQ(finding(document), "of the view \"hello.other\"");
}

}  // namespace
}  // namespace host_stub
