// Every malformed token is refused, with the reason that tells its maker what to mend.
#include <gtest/gtest.h>

#include <crm/cpp/text.hpp>
#include <set>
#include <string>

#include "unit/export/request/token_cases.h"
#include "unit/export/request/token_draft.h"

namespace message_history {
namespace {

std::vector<TokenCase> all_cases() {
  std::vector<TokenCase> all = tokens_of_wrong_form();
  for (const auto& more : {tokens_of_wrong_header(), tokens_of_wrong_claims()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

TEST(MalformedToken, IsRefusedWithItsReason) {
  for (const TokenCase& one : all_cases()) {
    SCOPED_TRACE(one.name);
    const TokenVerdict verdict = check_request(one.token, token_terms());
    ASSERT_FALSE(verdict.claims.ok());
    EXPECT_EQ(verdict.claims.error().detail, one.reason);
    EXPECT_EQ(verdict.claims.error().status, CRM_ERR_DENIED);
  }
}

TEST(MalformedToken, ReasonsAreTextsWithARemedyAndABound) {
  for (const TokenCase& one : all_cases()) {
    SCOPED_TRACE(one.name);
    const auto detail = check_request(one.token, token_terms()).claims.error().detail;
    EXPECT_TRUE(crm::is_utf8(detail));
    EXPECT_NE(detail.find("; "), std::string::npos);
    EXPECT_LT(detail.size(), 200U);
  }
}

// So that none of the cases stands for another one.
TEST(MalformedToken, CasesDiffer) {
  std::set<std::string> tokens, reasons;
  for (const TokenCase& one : all_cases()) {
    EXPECT_TRUE(tokens.insert(one.token).second) << one.name;
    reasons.insert(one.reason);
  }
  EXPECT_GE(tokens.size(), 400U);
  EXPECT_GE(reasons.size(), 200U);
}

// The draft that all cases change is granted, so that each is refused for its change alone.
TEST(MalformedToken, IsSoundButForItsChange) {
  const TokenVerdict verdict = check_request(TokenDraft().token(), token_terms());
  EXPECT_TRUE(verdict.claims.ok()) << verdict.claims.error().detail;
}

}  // namespace
}  // namespace message_history
