// Tokens with a header that would let them choose how they are read.
#include "unit/export/request/token_cases.h"
#include "unit/export/request/token_draft.h"

namespace message_history {

namespace {

using Json = nlohmann::json;

std::string with(const char* name, const Json& value) {
  TokenDraft draft;
  draft.header[name] = value;
  return draft.token();
}

std::string without(const char* name) {
  TokenDraft draft;
  draft.header.erase(name);
  return draft.token();
}

std::vector<Json> values_that_are_no_strings() {
  return {nullptr, true, 7, 0.5, Json::array({"EdDSA"}), Json::object()};
}

void add_algorithms(std::vector<TokenCase>& cases) {
  for (const char* name : {"none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
                           "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "Ed448"}) {
    cases.push_back({std::string("alg ") + name, with("alg", name),
                     std::string("the token's alg is ") + name + "; sign with EdDSA"});
  }
  for (const char* name : {"", "eddsa", "EDDSA", "EdDSA ", "ed25519", "None", "dir", "A128KW",
                           "EdDSA\n", "EdDSA,none"}) {
    cases.push_back({std::string("alg written ") + name, with("alg", name),
                     "the token's alg is neither EdDSA nor Ed25519; sign with EdDSA"});
  }
  for (const Json& value : values_that_are_no_strings()) {
    cases.push_back({"alg " + value.dump(), with("alg", value),
                     "the token's alg is not a string; sign with EdDSA"});
  }
  cases.push_back({"without alg", without("alg"), "the token's header lacks alg; sign with EdDSA"});
}

void add_forbidden(std::vector<TokenCase>& cases) {
  const std::string by_kid = "; name a key of the host by kid";
  const std::string leave_out = "; leave it out";
  const Json key = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AA"}};
  const auto add = [&](const char* name, const Json& value, const std::string& reason) {
    cases.push_back(
        {name + (" " + value.dump()), with(name, value), "the token's header " + reason});
  };
  add("jwk", key, "carries a key (jwk)" + by_kid);
  add("jwk", nullptr, "carries a key (jwk)" + by_kid);
  add("jku", "https://evil.example/keys", "points to a key set (jku)" + by_kid);
  add("jku", "", "points to a key set (jku)" + by_kid);
  add("x5u", "https://evil.example/certificate", "points to a certificate (x5u)" + by_kid);
  add("x5u", false, "points to a certificate (x5u)" + by_kid);
  add("x5c", Json::array({"MIIB"}), "carries a certificate (x5c)" + by_kid);
  add("x5c", Json::array(), "carries a certificate (x5c)" + by_kid);
  add("crit", Json::array({"exp"}), "asks for extensions (crit)" + leave_out);
  add("crit", Json::array(), "asks for extensions (crit)" + leave_out);
  add("b64", false, "asks for an unencoded payload (b64)" + leave_out);
  add("b64", true, "asks for an unencoded payload (b64)" + leave_out);
  add("zip", "DEF", "asks for compression (zip)" + leave_out);
  add("zip", nullptr, "asks for compression (zip)" + leave_out);
}

void add_types(std::vector<TokenCase>& cases) {
  for (const char* name : {"", "JWT", "jwt", "at+jwt", "crm-export-manifest+jws",
                           "crm-export-request+jws", "CRM-EXPORT-REQUEST+JWT",
                           "application/crm-export-request+jwt", "crm-export-request+jwt "}) {
    cases.push_back({std::string("typ ") + name, with("typ", name),
                     "the token's typ is another one; make a token for this very purpose"});
  }
  for (const Json& value : values_that_are_no_strings()) {
    cases.push_back({"typ " + value.dump(), with("typ", value),
                     "the token's typ is not a string; state what it is"});
  }
  cases.push_back(
      {"without typ", without("typ"), "the token's header lacks typ; state what it is"});
}

void add_keys(std::vector<TokenCase>& cases) {
  const std::string unknown =
      "the token's kid names no key in force; sign with a current key of the host";
  for (const char* name : {"host-2", "HOST-1", "host-1 ", "../host-1", "host-1' OR '1'='1"}) {
    cases.push_back({std::string("kid ") + name, with("kid", name), unknown});
  }
  cases.push_back({"kid with a NUL", with("kid", std::string("host-1\0", 7)), unknown});
  cases.push_back({"kid of the maximum", with("kid", std::string(128, 'k')), unknown});
  cases.push_back({"kid above the maximum", with("kid", std::string(129, 'k')),
                   "the token's kid is longer than 128 bytes; name the host's key"});
  cases.push_back({"kid empty", with("kid", ""), "the token's kid is empty; name the host's key"});
  for (const Json& value : values_that_are_no_strings()) {
    cases.push_back({"kid " + value.dump(), with("kid", value),
                     "the token's kid is not a string; name the host's key"});
  }
  cases.push_back(
      {"without kid", without("kid"), "the token's header lacks kid; name the host's key"});
  TokenDraft empty;
  empty.header = Json::object();
  cases.push_back(
      {"an empty header", empty.token(), "the token's header lacks alg; sign with EdDSA"});
}

}  // namespace

std::vector<TokenCase> tokens_of_wrong_header() {
  std::vector<TokenCase> cases;
  add_algorithms(cases);
  add_forbidden(cases);
  add_types(cases);
  add_keys(cases);
  return cases;
}

}  // namespace message_history
