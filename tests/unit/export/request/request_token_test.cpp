// Request tokens: what is granted, and what the audit chain is told of those that are not.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/request/request_token.h"
#include "unit/export/request/token_draft.h"

namespace message_history {
namespace {

using Json = nlohmann::json;
using Draft = TokenDraft;

TokenTerms terms() {
  return token_terms();
}

TEST(RequestToken, SoundOneIsGranted) {
  const TokenVerdict verdict = check_request(Draft().token(), terms());
  ASSERT_TRUE(verdict.claims.ok()) << verdict.claims.error().detail;
  const ExportClaims& claims = verdict.claims.value();
  EXPECT_EQ(claims.jti, "AAECAwQFBgcICQoLDA0ODw");
  EXPECT_EQ(claims.actor, "marketer-7");
  EXPECT_EQ(claims.message_id, "M-1");
  EXPECT_EQ(claims.columns.keys(), (std::vector<std::string>{"sent", "member_id"}));
  EXPECT_EQ(claims.dialect, Dialect::raw_v1);
  EXPECT_TRUE(claims.masked);
  EXPECT_EQ(claims.locale, Locale::ko);
  EXPECT_EQ(claims.reason, "고객 문의 확인");
}

TEST(RequestToken, LimitsThemselvesAreGranted) {
  const auto granted = [](const char* claim, const Json& value) {
    Draft draft;
    draft.claims[claim] = value;
    const TokenVerdict verdict = check_request(draft.token(), terms());
    EXPECT_TRUE(verdict.claims.ok()) << claim << ": " << verdict.claims.error().detail;
  };
  granted("sub", std::string(256, 'a'));
  granted("message_id", std::string(256, 'm'));
  granted("jti", std::string(22, 'j'));
  granted("jti", std::string(128, 'j'));
  granted("aud", Json::array({token_audience}));
  granted("locale", "en-US");
  granted("locale", "ko-KR");
  granted("iat", token_now_s + 60);
  granted("nbf", token_now_s + 60);
  granted("extra", {{"claims", "are ignored"}});
  std::string reason;
  for (int i = 0; i < 500; ++i) reason += "가";
  granted("reason", reason);
  Draft old;
  old.claims["iat"] = old.claims["nbf"] = token_now_s - 359;
  old.claims["exp"] = token_now_s - 59;
  EXPECT_TRUE(check_request(old.token(), terms()).claims.ok());
}

TEST(RequestToken, LongestTokenIsGranted) {
  Draft draft;
  std::size_t filler = 5'000;
  const auto with_filler = [&] {
    draft.claims["more"] = std::string(filler, 'x');
    return draft.token();
  };
  while (with_filler().size() < jws_bytes_max) ++filler;
  while (with_filler().size() > jws_bytes_max) --filler;
  EXPECT_GT(with_filler().size(), jws_bytes_max - 3);
  EXPECT_TRUE(check_request(with_filler(), terms()).claims.ok());
}

TEST(RequestToken, EveryInstantBetweenTheSkewsIsGrantedAndNoOther) {
  const std::string token = Draft().token();
  for (const auto& [seconds, granted] :
       {std::pair{-61, false}, {-60, true}, {0, true}, {359, true}, {360, false}}) {
    EXPECT_EQ(check_request(token, token_terms(token_now_s + seconds)).claims.ok(), granted)
        << seconds;
  }
}

TEST(RequestToken, ClockThatIsADayOffRefusesByTheTime) {
  const std::string token = Draft().token();
  const auto refusal = [&](std::int64_t at_s) {
    return check_request(token, token_terms(at_s)).claims.error().detail;
  };
  EXPECT_NE(refusal(token_now_s - 86'400).find("iat lies in the future"), std::string::npos);
  EXPECT_NE(refusal(token_now_s + 86'400).find("exp has passed"), std::string::npos);
}

TEST(RequestToken, PermissionsAreCheckedWhereTheHostStatesThem) {
  const auto granted = [](bool masked, const Json& permissions) {
    Draft draft;
    draft.claims["masked"] = masked;
    draft.claims["permissions"] = permissions;
    return check_request(draft.token(), terms()).claims.ok();
  };
  EXPECT_TRUE(granted(true, {"history.export"}));
  EXPECT_TRUE(granted(false, {"history.view", "history.export", "member.read"}));
  EXPECT_FALSE(granted(false, {"history.export"}));
  EXPECT_FALSE(granted(false, {"member.read"}));
}

TEST(RequestToken, AsksForADialectByName) {
  for (const Dialect dialect : {Dialect::raw_v1, Dialect::spreadsheet_v1}) {
    Draft draft;
    draft.claims["dialect"] = name_of(dialect);
    const TokenVerdict verdict = check_request(draft.token(), terms());
    ASSERT_TRUE(verdict.claims.ok()) << verdict.claims.error().detail;
    EXPECT_EQ(verdict.claims.value().dialect, dialect);
    EXPECT_EQ(verdict.facts.dialect, name_of(dialect));
  }
}

TEST(RequestToken, ColumnsComeInTheOrderOfTheFile) {
  Draft draft;
  draft.claims["columns"] = {"refunded_amount", "order_id", "message_type"};
  const TokenVerdict verdict = check_request(draft.token(), terms());
  ASSERT_TRUE(verdict.claims.ok());
  EXPECT_EQ(verdict.claims.value().columns.keys(),
            (std::vector<std::string>{"message_type", "order_id", "refunded_amount"}));
}

TEST(RequestToken, UnsignedWordsNeverReachTheAuditChain) {
  Draft draft;
  const std::string token = draft.token();
  const std::string forged = token.substr(0, token.size() - 4) + "AAAA";
  const TokenVerdict verdict = check_request(forged, terms());
  EXPECT_FALSE(verdict.claims.ok());
  EXPECT_EQ(verdict.facts.actor + verdict.facts.reason + verdict.facts.iss + verdict.facts.jti +
                verdict.facts.message_id + verdict.facts.columns + verdict.facts.dialect,
            "");
  EXPECT_TRUE(verdict.facts.masked);
}

TEST(RequestToken, SignedWordsOfARefusedOneAreKeptCut) {
  Draft draft;
  draft.claims["tenant"] = "shop-2";
  draft.claims["masked"] = false;
  draft.claims["columns"] = {"sent", "phone", 7, "message_type"};
  draft.claims["sub"] = std::string(255, 'a') + "가";
  draft.claims["message_id"] = 12;
  std::string reason;
  for (int i = 0; i < 600; ++i) reason += "가";
  draft.claims["reason"] = reason;
  const TokenFacts facts = check_request(draft.token(), terms()).facts;
  EXPECT_EQ(facts.actor, std::string(255, 'a'));
  EXPECT_EQ(facts.reason, reason.substr(0, 1500));
  EXPECT_EQ(facts.message_id, "");
  EXPECT_EQ(facts.columns, "message_type,sent");
  EXPECT_EQ(facts.jti, "AAECAwQFBgcICQoLDA0ODw");
  EXPECT_FALSE(facts.masked);
}

TEST(RequestToken, KeyStoreThatFailsIsNoRefusal) {
  TokenTerms failing = terms();
  failing.issuer_key = [](std::string_view) -> std::optional<Ed25519PublicKey> {
    throw crm::Failure(CRM_ERR_IO, "broken");
  };
  EXPECT_THROW(check_request(Draft().token(), failing), crm::Failure);
}

}  // namespace
}  // namespace message_history
