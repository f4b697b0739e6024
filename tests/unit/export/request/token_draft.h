// Request tokens for tests: a sound one that a test changes before it is signed.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "export/proof/ed25519.h"
#include "export/proof/jws.h"
#include "export/request/request_token.h"

namespace message_history {

inline constexpr std::int64_t token_now_s = 1'795'392'000;
inline constexpr std::string_view token_audience = "org.crm.message_history";
inline constexpr std::string_view token_issuer = "https://crm.example";

inline Ed25519Seed seed_filled_with(std::uint8_t fill) {
  Ed25519Seed seed;
  seed.bytes().fill(fill);
  return seed;
}

// What the host knows: one key in force, host-1.
inline TokenTerms token_terms(std::int64_t now_s = token_now_s) {
  return {"shop-1", token_issuer, token_audience, now_s * 1'000'000, [](std::string_view kid) {
            return kid == "host-1" ? std::optional(ed25519_public_of(seed_filled_with(1)))
                                   : std::nullopt;
          }};
}

struct TokenDraft {
  using Json = nlohmann::json;

  Json header = {{"alg", "EdDSA"}, {"typ", "crm-export-request+jwt"}, {"kid", "host-1"}};
  Json claims = {{"iss", token_issuer},      {"aud", token_audience},
                 {"sub", "marketer-7"},      {"tenant", "shop-1"},
                 {"message_id", "M-1"},      {"columns", {"sent", "member_id"}},
                 {"dialect", "raw-v1"},      {"masked", true},
                 {"locale", "ko"},           {"reason", "고객 문의 확인"},
                 {"iat", token_now_s},       {"nbf", token_now_s},
                 {"exp", token_now_s + 300}, {"jti", "AAECAwQFBgcICQoLDA0ODw"}};
  // Exact texts instead, where JSON itself is to be wrong.
  std::optional<std::string> header_text;
  std::optional<std::string> claims_text;

  std::string token() const {
    return sign_jws_text(header_text.value_or(header.dump()), claims_text.value_or(claims.dump()),
                         seed_filled_with(1));
  }
};

}  // namespace message_history
