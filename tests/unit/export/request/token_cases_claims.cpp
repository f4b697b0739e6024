// Tokens of a sound form with one claim that is wrong.
#include <optional>
#include <utility>

#include "unit/export/request/token_cases.h"
#include "unit/export/request/token_draft.h"

namespace message_history {

namespace {

using Json = nlohmann::json;

// A way to be wrong; without a value the claim is missing.
struct Way {
  std::string what;
  std::optional<Json> value;
};

struct WrongClaim {
  const char* key;
  const char* remedy;
  std::vector<Way> ways;
};

std::vector<Way> no_string(std::vector<Way> more) {
  std::vector<Way> ways = {{"is missing", {}},
                           {"is null, not a string", Json()},
                           {"is a boolean, not a string", true},
                           {"is a number, not a string", 1},
                           {"is an object, not a string", Json::object()},
                           {"is empty", ""}};
  ways.insert(ways.end(), more.begin(), more.end());
  return ways;
}

std::vector<Way> no_time(std::vector<Way> more) {
  const std::string late = "lies after the year 9999; is it in milliseconds?";
  std::vector<Way> ways = {{"is missing", {}},
                           {"is null, not a number of seconds", Json()},
                           {"is a boolean, not a number of seconds", true},
                           {"is a string, not a number of seconds", std::to_string(token_now_s)},
                           {"is an array, not a number of seconds", Json::array({token_now_s})},
                           {"is not a whole number", 1.5},
                           {"is not a whole number", 1e300},
                           {"is not a whole number", static_cast<double>(token_now_s)},
                           {"lies before 1970", -1},
                           {"lies before 1970", INT64_MIN},
                           {late, token_now_s * 1000},
                           {late, std::int64_t{253'402'300'800}},
                           {late, UINT64_MAX}};
  ways.insert(ways.end(), more.begin(), more.end());
  return ways;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<WrongClaim> wrong_parties() {
  const std::string long_id(257, 'a');
  return {
      {"iss", "put the host's issuer name there",
       no_string({{"is an array, not a string", Json::array({token_issuer})},
                  {"is another issuer", "https://crm.example/"},
                  {"is another issuer", "https://CRM.example"},
                  {"is another issuer", "https://crm.example\n"}})},
      {"aud", "name this plugin's id and nothing else",
       no_string({{"is an empty array", Json::array()},
                  {"names more than one", Json{token_audience, "org.crm.other"}},
                  {"names more than one", Json{token_audience, token_audience}},
                  {"holds something that is a number, not a string", Json::array({1})},
                  {"holds something that is an array, not a string", Json::array({Json::array()})},
                  {"is another audience", "org.crm.other"},
                  {"is another audience", Json::array({""})},
                  {"is another audience", Json::array({"org.crm.other"})}})},
      {"sub", "name the actor who asks for the file",
       no_string({{"is an array, not a string", Json::array({"marketer-7"})},
                  {"is blank", " \t"},
                  {"is blank", "\u3000"},
                  {"is longer than 256 bytes", long_id}})},
      {"tenant", "name the tenant of the session",
       no_string({{"is an array, not a string", Json::array({"shop-1"})},
                  {"is another tenant", "shop-2"},
                  {"is another tenant", "shop-1/../shop-2"},
                  {"is another tenant", "Shop-1"}})},
  };
}

std::vector<WrongClaim> wrong_files() {
  const std::string long_key(100, 'c');
  return {
      {"message_id", "name the message to export",
       no_string({{"is an array, not a string", Json::array({"M-1"})},
                  {"is longer than 256 bytes", std::string(257, 'm')},
                  {"is longer than 256 bytes", repeated("가", 86)}})},
      {"columns",
       "list the keys of the columns, each once",
       {{"is missing", {}},
        {"is null, not an array", Json()},
        {"is a string, not an array", "sent,member_id"},
        {"is an object, not an array", Json{{"sent", true}}},
        {"is a number, not an array", 3},
        {"is empty", Json::array()},
        {"holds something that is a number, not a string", Json{"sent", 1}},
        {"holds something that is null, not a string", Json{"sent", nullptr}},
        {"holds something that is an array, not a string", Json{"sent", Json::array({"sent"})}},
        {"names the column \"\", which does not exist", Json{""}},
        {"names the column \"member\", which does not exist", Json{"sent", "member", "phone"}},
        {"names the column \"Sent\", which does not exist", Json{"Sent"}},
        {"names the column \"sent \", which does not exist", Json{"sent "}},
        {"names the column \"발송 여부\", which does not exist", Json{"발송 여부"}},
        {"names the column \"" + long_key.substr(0, 64) + "\", which does not exist",
         Json{long_key}},
        {"names the column \"sent\" twice", Json{"sent", "member_id", "sent"}},
        {"names the column \"option\" twice", Json{"option", "option"}}}},
      {"dialect", "ask for raw-v1 or spreadsheet-v1",
       no_string({{"is an array, not a string", Json::array({"raw-v1"})},
                  {"names the dialect \"raw-v2\", which does not exist", "raw-v2"},
                  {"names the dialect \"RAW-V1\", which does not exist", "RAW-V1"},
                  {"names the dialect \"xlsx\", which does not exist", "xlsx"}})},
      {"masked",
       "say false only when the actor may read member ids",
       {{"is missing", {}},
        {"is null, not true or false", Json()},
        {"is a string, not true or false", "false"},
        {"is a number, not true or false", 0},
        {"is an array, not true or false", Json::array({false})},
        {"is an object, not true or false", Json::object()}}},
      {"locale", "ask for ko or en",
       no_string({{"is an array, not a string", Json::array()},
                  {"names the language \"english\", which does not exist", "english"},
                  {"names the language \"fr\", which does not exist", "fr"},
                  {"names the language \"KO\", which does not exist", "KO"},
                  {"names the language \"ko-\", which does not exist", "ko-"},
                  {"names the language \"ko_KR\", which does not exist", "ko_KR"},
                  {"names the language \"en-US;q=1\", which does not exist", "en-US;q=1"}})},
      {"reason", "ask the actor what the file is for",
       no_string({{"is an array, not a string", Json::array({"audit"})},
                  {"is blank", " "},
                  {"is blank", "\t\r\n"},
                  {"is blank", "\u3000"},
                  {"is blank", "\u00A0\u2003\u202F"},
                  {"is blank", "\u200B\u200D\uFEFF"},
                  {"is blank", "\u3164"},
                  {"is blank", "\u2800\u115F"},
                  {"is blank", std::string(1, '\0')},
                  {"is longer than 500 characters", std::string(501, 'r')},
                  {"is longer than 500 characters", repeated("가", 501)}})},
      {"permissions",
       "ask as an actor who has what the file takes",
       {{"is empty", Json::array()},
        {"is null, not an array", Json()},
        {"is a string, not an array", "history.export"},
        {"holds something that is a boolean, not a string", Json{"history.export", true}},
        {"lacks history.export", Json{"history.view", "member.read"}}}},
  };
}

std::vector<WrongClaim> wrong_times() {
  return {
      {"iat", "give the second the token was made, by a clock that is right",
       no_time(
           {{"lies in the future", token_now_s + 61}, {"lies in the future", token_now_s + 200}})},
      {"nbf", "give the second the token becomes valid, by a clock that is right",
       no_time(
           {{"lies in the future", token_now_s + 61}, {"lies in the future", token_now_s + 299}})},
      {"exp", "make a new token that lives for 300 seconds at most",
       no_time({{"is not after iat", token_now_s},
                {"is not after iat", token_now_s - 30},
                {"is not after iat", 0},
                {"is too long after iat", token_now_s + 301},
                {"is too long after iat", token_now_s + 86'400}})},
      {"jti", "put 128 random bits or more there, as base64url",
       no_string({{"is an array, not a string", Json::array()},
                  {"is not base64url", "AAECAwQFBgcICQoLDA0OD="},
                  {"is not base64url", "AAECAwQFBgcICQoLDA0OD/"},
                  {"is not base64url", "AAECAwQFBgcICQoLDA0OD+"},
                  {"is not base64url", "{550e8400-e29b-41d4-a716-446655440000}"},
                  {"is not base64url", "AAECAwQFBgcICQoLDA0OD\n"},
                  {"is not base64url", "AAECAwQFBgcICQoLDA0O가"},
                  {"is shorter than 22 characters", "1"},
                  {"is shorter than 22 characters", "AAECAwQFBgcICQoLDA0OD"},
                  {"is longer than 128 characters", std::string(129, 'j')}})},
  };
}

void add(std::vector<TokenCase>& cases, const std::vector<WrongClaim>& claims) {
  for (const WrongClaim& claim : claims) {
    for (const Way& way : claim.ways) {
      TokenDraft draft;
      draft.claims.erase(claim.key);
      if (way.value) draft.claims[claim.key] = *way.value;
      cases.push_back(
          {claim.key + (" " + (way.value ? way.value->dump().substr(0, 40) : "missing")),
           draft.token(), "the claim " + (claim.key + (" " + way.what)) + "; " + claim.remedy});
    }
  }
}

void add_combined(std::vector<TokenCase>& cases) {
  const std::string exp_remedy = "make a new token that lives for 300 seconds at most";
  const auto times = [](std::int64_t iat, std::int64_t nbf, std::int64_t exp) {
    TokenDraft draft;
    draft.claims["iat"] = iat;
    draft.claims["nbf"] = nbf;
    draft.claims["exp"] = exp;
    return draft.token();
  };
  TokenDraft unmasked;
  unmasked.claims["masked"] = false;
  unmasked.claims["permissions"] = {"history.view", "history.export"};
  TokenDraft nothing;
  nothing.claims = Json::object();
  cases.insert(
      cases.end(),
      {{"exp before nbf", times(token_now_s - 20, token_now_s, token_now_s),
        "the claim exp is not after nbf; " + exp_remedy},
       {"expired by the skew and no more",
        times(token_now_s - 360, token_now_s - 360, token_now_s - 60),
        "the claim exp has passed; " + exp_remedy},
       {"expired a day ago",
        times(token_now_s - 86'500, token_now_s - 86'500, token_now_s - 86'400),
        "the claim exp has passed; " + exp_remedy},
       {"of 1970", times(0, 0, 300), "the claim exp has passed; " + exp_remedy},
       {"of tomorrow", times(token_now_s + 86'400, token_now_s + 86'400, token_now_s + 86'500),
        "the claim iat lies in the future; give the second the token was made, by a clock that is "
        "right"},
       {"unmasked without the permission", unmasked.token(),
        "the claim permissions lacks member.read; ask as an actor who has what the file takes"},
       {"no claims", nothing.token(),
        "the claim iss is missing; put the host's issuer name there"}});
}

}  // namespace

std::vector<TokenCase> tokens_of_wrong_claims() {
  std::vector<TokenCase> cases;
  add(cases, wrong_parties());
  add(cases, wrong_files());
  add(cases, wrong_times());
  add_combined(cases);
  return cases;
}

}  // namespace message_history
