// Request tokens: what is granted, and every refusal with its own reason.
#include <gtest/gtest.h>

#include <crm/cpp/base64url.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "export/ed25519.h"
#include "export/jws.h"
#include "export/request_token.h"

namespace message_history {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t now_s = 1'795'392'000;
constexpr std::string_view plugin_id = "org.crm.message_history";

Ed25519Seed seed_of(std::uint8_t fill) {
  Ed25519Seed seed;
  seed.bytes().fill(fill);
  return seed;
}

TokenTerms terms() {
  return {"shop-1", "https://crm.example", plugin_id, now_s * 1'000'000, [](std::string_view kid) {
            return kid == "host-1" ? std::optional(ed25519_public_of(seed_of(1))) : std::nullopt;
          }};
}

// A token in the making; sound unless it is changed.
struct Draft {
  Json header = {{"alg", "EdDSA"}, {"typ", "crm-export-request+jwt"}, {"kid", "host-1"}};
  Json claims = {{"iss", "https://crm.example"},
                 {"aud", plugin_id},
                 {"sub", "marketer-7"},
                 {"tenant", "shop-1"},
                 {"message_id", "M-1"},
                 {"columns", {"sent", "member_id"}},
                 {"dialect", "raw-v1"},
                 {"masked", true},
                 {"locale", "ko"},
                 {"reason", "고객 문의 확인"},
                 {"iat", now_s},
                 {"nbf", now_s},
                 {"exp", now_s + 300},
                 {"jti", "AAECAwQFBgcICQoLDA0ODw"}};
  // Exact texts instead, where JSON itself is to be wrong.
  std::optional<std::string> header_text;
  std::optional<std::string> claims_text;

  std::string token() const {
    return sign_jws_text(header_text.value_or(header.dump()), claims_text.value_or(claims.dump()),
                         seed_of(1));
  }
};

struct Refusal {
  std::string reason;
  std::function<std::string(Draft)> token;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.reason;
}

Refusal with_header(const char* reason, const char* name, Json value) {
  return {reason, [=](Draft draft) {
            draft.header[name] = value;
            return draft.token();
          }};
}
Refusal without_header(const char* reason, const char* name) {
  return {reason, [=](Draft draft) {
            draft.header.erase(name);
            return draft.token();
          }};
}
Refusal with_header_text(const char* reason, std::string text) {
  return {reason, [=](Draft draft) {
            draft.header_text = text;
            return draft.token();
          }};
}
Refusal with_claims_text(const char* reason, std::string text) {
  return {reason, [=](Draft draft) {
            draft.claims_text = text;
            return draft.token();
          }};
}

std::string nested(int levels) {
  std::string text = "1";
  for (int i = 0; i < levels; ++i) text = "{\"a\":" + text + "}";
  return text;
}

// What is wrong before any claim is looked at.
std::vector<Refusal> malformed() {
  const auto part = [](const Draft& draft, int index) {
    const std::string token = draft.token();
    const auto first = token.find('.');
    const auto second = token.rfind('.');
    return index == 0   ? token.substr(0, first)
           : index == 1 ? token.substr(first + 1, second - first - 1)
                        : token.substr(second + 1);
  };
  return {
      {"the token is empty; send a compact JWS", [](Draft) { return std::string(); }},
      {"the token is longer than 8192 bytes; ask for fewer things at once",
       [](Draft draft) {
         draft.claims["more"] = std::string(8192, 'x');
         return draft.token();
       }},
      {"the token does not have three parts; send a compact JWS",
       [](Draft draft) { return draft.token() + ".x"; }},
      {"the token's header is not canonical base64url; do not pad it",
       [](Draft draft) { return "=" + draft.token(); }},
      {"the token's payload is not canonical base64url; do not pad it",
       [=](Draft draft) { return part(draft, 0) + ".A." + part(draft, 2); }},
      {"the token's signature is not canonical base64url; do not pad it",
       [](Draft draft) { return draft.token() + "=="; }},
      {"the token's signature is not 64 bytes long; sign with Ed25519",
       [=](Draft draft) { return part(draft, 0) + "." + part(draft, 1) + "."; }},
      {"the token's signature does not fit; sign exactly what is sent",
       [=](Draft draft) {
         Draft other = draft;
         other.claims["sub"] = "somebody-else";
         return part(draft, 0) + "." + part(other, 1) + "." + part(draft, 2);
       }},
      with_header_text("the token's header begins with a byte order mark; leave it out",
                       "\xEF\xBB\xBF{}"),
      with_header_text("the token's header is nested too deeply; use at most 8 levels", nested(9)),
      with_header_text("the token's header has a key twice; name every key once",
                       R"({"alg":"EdDSA","alg":"none"})"),
      with_header_text("the token's header is not valid JSON; write RFC 8259 in UTF-8",
                       "{\"alg\":}"),
      with_header_text("the token's header is not a JSON object; use an object", "[]"),
      without_header("the token's header lacks alg; sign with EdDSA", "alg"),
      with_header("the token's alg is not a string; sign with EdDSA", "alg", 1),
      with_header("the token's alg is neither EdDSA nor Ed25519; sign with EdDSA", "alg", "none"),
      with_header("the token's header carries a key (jwk); name a key of the host by kid", "jwk",
                  {}),
      with_header("the token's header points to a key set (jku); name a key of the host by kid",
                  "jku", "https://evil.example/keys"),
      with_header("the token's header points to a certificate (x5u); name a key of the host by kid",
                  "x5u", ""),
      with_header("the token's header carries a certificate (x5c); name a key of the host by kid",
                  "x5c", Json::array()),
      with_header("the token's header asks for extensions (crit); leave it out", "crit", {"exp"}),
      with_header("the token's header asks for an unencoded payload (b64); leave it out", "b64",
                  true),
      with_header("the token's header asks for compression (zip); leave it out", "zip", "DEF"),
      without_header("the token's header lacks typ; state what it is", "typ"),
      with_header("the token's typ is not a string; state what it is", "typ", nullptr),
      with_header("the token's typ is another one; make a token for this very purpose", "typ",
                  "JWT"),
      without_header("the token's header lacks kid; name the host's key", "kid"),
      with_header("the token's kid is not a string; name the host's key", "kid", 7),
      with_header("the token's kid is empty; name the host's key", "kid", ""),
      with_header("the token's kid is longer than 128 bytes; name the host's key", "kid",
                  std::string(129, 'k')),
      with_header("the token's kid names no key in force; sign with a current key of the host",
                  "kid", "host-2"),
      with_claims_text("the token's payload begins with a byte order mark; leave it out",
                       "\xEF\xBB\xBF{}"),
      with_claims_text("the token's payload is nested too deeply; use at most 8 levels", nested(9)),
      with_claims_text("the token's payload has a key twice; name every key once",
                       R"({"masked":true,"masked":false})"),
      with_claims_text("the token's payload is not valid JSON; write RFC 8259 in UTF-8", "{} {}"),
      with_claims_text("the token's payload is not a JSON object; use an object", "\"text\""),
  };
}

// A claim that is wrong in one way; without a value it is missing.
struct WrongClaim {
  const char* what;
  std::optional<Json> value;
};

std::vector<Refusal> wrong(const char* claim, const std::string& remedy,
                           const std::vector<WrongClaim>& ways) {
  std::vector<Refusal> refusals;
  for (const WrongClaim& way : ways) {
    const std::string reason = std::string("the claim ") + claim + ' ' + way.what + "; " + remedy;
    refusals.push_back({reason, [=](Draft draft) {
                          draft.claims.erase(claim);
                          if (way.value) draft.claims[claim] = *way.value;
                          return draft.token();
                        }});
  }
  return refusals;
}

std::vector<std::vector<Refusal>> wrong_parties() {
  return {
      wrong("iss", "put the host's issuer name there",
            {{"is missing", {}},
             {"is not a string", 1},
             {"is empty", ""},
             {"is another issuer", "https://crm.example/"}}),
      wrong("aud", "name this plugin's id and nothing else",
            {{"is missing", {}},
             {"is not a string", 1},
             {"is empty", ""},
             {"does not name exactly one", Json{plugin_id, "org.crm.other"}},
             {"holds something else than a string", Json::array({Json::array()})},
             {"is another audience", "org.crm.other"}}),
      wrong("sub", "name the actor who asks for the file",
            {{"is missing", {}},
             {"is not a string", Json::object()},
             {"is empty", ""},
             {"is blank", " \t"},
             {"is longer than 256 bytes", std::string(257, 'a')}}),
      wrong("tenant", "name the tenant of the session",
            {{"is missing", {}},
             {"is not a string", true},
             {"is empty", ""},
             {"is another tenant", "shop-2"}}),
  };
}

std::vector<std::vector<Refusal>> wrong_files() {
  return {
      wrong("message_id", "name the message to export",
            {{"is missing", {}},
             {"is not a string", 1},
             {"is empty", ""},
             {"is longer than 256 bytes", std::string(257, 'm')}}),
      wrong("columns", "list the keys of the columns, each once",
            {{"is missing", {}},
             {"is not an array", "sent"},
             {"is empty", Json::array()},
             {"holds something else than a string", Json{"sent", 1}},
             {"names the column \"member\", which does not exist", Json{"sent", "member", "phone"}},
             {"names a column twice", Json{"sent", "sent", "sent"}}}),
      wrong("dialect", "ask for raw-v1",
            {{"is missing", {}},
             {"is not a string", 1},
             {"is empty", ""},
             {"names a dialect that does not exist", "raw-v2"},
             {"names one that is not offered yet", "spreadsheet-v1"}}),
      wrong("masked", "say false only when the actor may read member ids",
            {{"is missing", {}}, {"is neither true nor false", "false"}}),
      wrong("locale", "ask for ko or en",
            {{"is missing", {}},
             {"is not a string", Json::array()},
             {"is empty", ""},
             {"names another language", "english"}}),
      wrong("reason", "ask the actor what the file is for",
            {{"is missing", {}},
             {"is not a string", Json()},
             {"is empty", ""},
             {"is blank", " \xE3\x80\x80\xC2\xA0\n"},
             {"is longer than 500 characters", std::string(501, 'r')}}),
  };
}

std::vector<std::vector<Refusal>> wrong_times() {
  const std::string exp_remedy = "make a new token that lives for 300 seconds at most";
  const auto with_times = [](std::int64_t made_s, std::int64_t from_s, std::int64_t until_s) {
    return [=](Draft draft) {
      draft.claims["iat"] = made_s;
      draft.claims["nbf"] = from_s;
      draft.claims["exp"] = until_s;
      return draft.token();
    };
  };
  return {
      wrong("iat", "give the second the token was made, by a clock that is right",
            {{"is missing", {}},
             {"is not a whole number", 1.5},
             {"is not a time", -1},
             {"lies in the future", now_s + 61}}),
      wrong("nbf", "give the second the token becomes valid, by a clock that is right",
            {{"is missing", {}},
             {"is not a whole number", "now"},
             {"is not a time", std::uint64_t{18'446'744'073'709'551'615U}},
             {"lies in the future", now_s + 61}}),
      wrong("exp", exp_remedy,
            {{"is missing", {}},
             {"is not a whole number", true},
             {"is not a time", 253'402'300'800},
             {"is not after iat", now_s},
             {"is too long after iat", now_s + 301}}),
      {{"the claim exp is not after nbf; " + exp_remedy, with_times(now_s - 20, now_s, now_s)},
       {"the claim exp has passed; " + exp_remedy,
        with_times(now_s - 100, now_s - 100, now_s - 60)}},
      wrong("jti", "put 128 random bits or more there, as base64url",
            {{"is missing", {}},
             {"is not a string", 1},
             {"is empty", ""},
             {"is not base64url", "AAECAwQFBgcICQoLDA0OD="},
             {"is shorter than 22 characters", "AAECAwQFBgcICQoLDA0OD"},
             {"is longer than 128 characters", std::string(129, 'j')}}),
  };
}

std::vector<Refusal> refusals() {
  std::vector<Refusal> all = malformed();
  for (const auto& claims : {wrong_parties(), wrong_files(), wrong_times()}) {
    for (const auto& more : claims) all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithItsOwnReason) {
  const TokenVerdict verdict = check_request(GetParam().token(Draft()), terms());
  ASSERT_FALSE(verdict.claims.ok());
  EXPECT_EQ(verdict.claims.error().detail, GetParam().reason);
  const bool only_dialect = GetParam().reason.find("offered") != std::string::npos;
  EXPECT_EQ(verdict.claims.error().status, only_dialect ? CRM_ERR_UNSUPPORTED : CRM_ERR_DENIED);
}

INSTANTIATE_TEST_SUITE_P(RequestToken, Refused, testing::ValuesIn(refusals()));

TEST(RequestToken, EveryRefusalHasAReasonOfItsOwn) {
  std::set<std::string> reasons;
  for (const Refusal& refusal : refusals()) reasons.insert(refusal.reason);
  EXPECT_EQ(reasons.size(), refusals().size());
  EXPECT_GE(reasons.size(), 100U);
}

// One reason, many ways to earn it.
TEST(RequestToken, OtherWaysToBeMalformedAreRefusedAsWell) {
  const std::string sound = Draft().token();
  std::vector<std::string> tokens = {".",
                                     "..",
                                     "...",
                                     sound + "\n",
                                     " " + sound,
                                     sound + ".",
                                     "a.b.c",
                                     std::string(8192, '.'),
                                     std::string("\0\0\0", 3)};
  for (const char* alg : {"HS256", "ES256", "eddsa", "Ed448", "", "EdDSA "}) {
    tokens.push_back(with_header("", "alg", alg).token(Draft()));
  }
  for (const char* text :
       {"", "{", "{\"a\":NaN}", "{\"a\":1}x", "// c\n{}", "{\"a\":\"\xFF\"}", "{\"a\":\"\\ud800\"}",
        "{\"a\":1e999}", "null", "{'a':1}", "{\"a\":1,}"}) {
    tokens.push_back(with_claims_text("", text).token(Draft()));
    tokens.push_back(with_header_text("", text).token(Draft()));
  }
  tokens.push_back(with_claims_text("", "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}").token(Draft()));
  tokens.push_back(with_claims_text("", "{\"a\":1,\"\\u0061\":2}").token(Draft()));
  tokens.push_back(
      with_claims_text("", std::string(3000, '[') + std::string(3000, ']')).token(Draft()));
  for (const std::string& token : tokens) {
    const TokenVerdict verdict = check_request(token, terms());
    EXPECT_FALSE(verdict.claims.ok()) << token;
    EXPECT_EQ(verdict.claims.error().status, CRM_ERR_DENIED);
  }
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
  granted("aud", Json::array({plugin_id}));
  granted("locale", "en-US");
  granted("locale", "ko-KR");
  granted("iat", now_s + 60);
  granted("nbf", now_s + 60);
  granted("extra", {{"claims", "are ignored"}});
  std::string reason;
  for (int i = 0; i < 500; ++i) reason += "가";
  granted("reason", reason);
  Draft old;
  old.claims["iat"] = old.claims["nbf"] = now_s - 359;
  old.claims["exp"] = now_s - 59;
  EXPECT_TRUE(check_request(old.token(), terms()).claims.ok());
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
