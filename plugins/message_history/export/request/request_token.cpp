#include "export/request/request_token.h"

#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "encoding/unicode_text.h"
#include "export/proof/strict_json.h"
#include "export/request/claim_reader.h"

namespace message_history {

namespace {

static_assert(jws_bytes_max == CRM_EXPORT_TOKEN_BYTES_MAX);

constexpr std::size_t name_shown_bytes_max = 64;

constexpr Claim iss{"iss", "put the host's issuer name there"};
constexpr Claim aud{"aud", "name this plugin's id and nothing else"};
constexpr Claim sub{"sub", "name the actor who asks for the file"};
constexpr Claim tenant_claim{"tenant", "name the tenant of the session"};
constexpr Claim message_id{"message_id", "name the message to export"};
constexpr Claim columns_claim{"columns", "list the keys of the columns, each once"};
constexpr Claim dialect_claim{"dialect", "ask for raw-v1 or spreadsheet-v1"};
constexpr Claim masked_claim{"masked", "say false only when the actor may read member ids"};
constexpr Claim locale_claim{"locale", "ask for ko or en"};
constexpr Claim permissions_claim{"permissions", "ask as an actor who has what the file takes"};
constexpr Claim reason_claim{"reason", "ask the actor what the file is for"};
constexpr Claim iat{"iat", "give the second the token was made, by a clock that is right"};
constexpr Claim nbf{"nbf", "give the second the token becomes valid, by a clock that is right"};
constexpr Claim exp_claim{"exp", "make a new token that lives for 300 seconds at most"};
constexpr Claim jti_claim{"jti", "put 128 random bits or more there, as base64url"};

bool is_base64url(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// "names the dialect "excel", which does not exist"
std::string unknown_name(const char* what, std::string_view name) {
  return std::string("names the ") + what + " \"" +
         std::string(first_bytes(name, name_shown_bytes_max)) + "\", which does not exist";
}

// "ko", "en-US": the two languages there are, with any region.
std::optional<Locale> locale_from(std::string_view tag) {
  constexpr std::size_t region_bytes_max = 8;
  const std::string_view language = tag.substr(0, 2);
  if (language != "ko" && language != "en") return {};
  if (tag.size() > 2) {
    const std::string_view region = tag.substr(3);
    const bool is_region =
        tag[2] == '-' && !region.empty() && region.size() <= region_bytes_max &&
        std::all_of(region.begin(), region.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
    if (!is_region) return {};
  }
  return locale_of(language);
}

std::string fact(const nlohmann::json& claims, const char* key, std::size_t bytes_max) {
  const auto found = claims.find(key);
  if (found == claims.end() || !found->is_string()) return {};
  return std::string(first_bytes(found->get_ref<const std::string&>(), bytes_max));
}

std::string columns_fact(const nlohmann::json& claims) {
  const auto found = claims.find(columns_claim.key);
  CsvColumns known;
  if (found == claims.end() || !found->is_array()) return {};
  for (const nlohmann::json& key : *found) {
    if (!key.is_string()) continue;
    if (const auto column = column_from_key(key.get_ref<const std::string&>())) known.add(*column);
  }
  std::string text;
  for (const std::string& key : known.keys()) text += (text.empty() ? "" : ",") + key;
  return text;
}

TokenFacts facts_of(const nlohmann::json& claims) {
  TokenFacts facts;
  facts.iss = fact(claims, iss.key, CRM_ID_BYTES_MAX);
  facts.jti = fact(claims, jti_claim.key, jti_bytes_max);
  facts.actor = fact(claims, sub.key, actor_bytes_max);
  facts.reason =
      first_characters(fact(claims, reason_claim.key, jws_bytes_max), reason_characters_max);
  facts.message_id = fact(claims, message_id.key, CRM_ID_BYTES_MAX);
  facts.dialect = fact(claims, dialect_claim.key, 32);
  facts.columns = columns_fact(claims);
  const auto masked = claims.find(masked_claim.key);
  facts.masked = masked == claims.end() || !masked->is_boolean() || masked->get<bool>();
  return facts;
}

void check_parties(ClaimReader& reader, const TokenTerms& terms, ExportClaims& claims) {
  reader.require(reader.text(iss) == terms.issuer, iss, "is another issuer");
  reader.require(reader.single_text(aud) == terms.audience, aud, "is another audience");
  claims.actor = reader.text(sub);
  reader.require(!is_blank(claims.actor), sub, "is blank");
  reader.require(claims.actor.size() <= actor_bytes_max, sub, "is longer than 256 bytes");
  reader.require(reader.text(tenant_claim) == terms.tenant, tenant_claim, "is another tenant");
}

void check_file(ClaimReader& reader, ExportClaims& claims) {
  claims.message_id = reader.text(message_id);
  reader.require(claims.message_id.size() <= CRM_ID_BYTES_MAX, message_id,
                 "is longer than 256 bytes");
  for (const std::string& key : reader.texts(columns_claim)) {
    const auto column = column_from_key(key);
    reader.require(column.has_value(), columns_claim, unknown_name("column", key));
    reader.require(!column || claims.columns.add(*column), columns_claim,
                   "names the column \"" + key + "\" twice");
  }
  const std::string dialect_name = reader.text(dialect_claim);
  const auto dialect = dialect_from_name(dialect_name);
  reader.require(dialect.has_value(), dialect_claim, unknown_name("dialect", dialect_name));
  claims.dialect = dialect.value_or(Dialect::raw_v1);
  claims.masked = reader.boolean(masked_claim);
  const std::string tag = reader.text(locale_claim);
  const auto locale = locale_from(tag);
  reader.require(locale.has_value(), locale_claim, unknown_name("language", tag));
  claims.locale = locale.value_or(Locale::ko);
  claims.reason = reader.text(reason_claim);
  reader.require(!is_blank(claims.reason), reason_claim, "is blank");
  reader.require(count_characters(claims.reason) <= reason_characters_max, reason_claim,
                 "is longer than 500 characters");
}

// A host may leave the permissions out, and then vouches for the actor by signing.
void check_permissions(ClaimReader& reader, const ExportClaims& claims) {
  if (!reader.has(permissions_claim)) return;
  const auto granted = reader.texts(permissions_claim);
  const auto require = [&](std::string_view permission) {
    reader.require(std::find(granted.begin(), granted.end(), permission) != granted.end(),
                   permissions_claim, "lacks " + std::string(permission));
  };
  require(CRM_PERMISSION_EXPORT);
  if (!claims.masked) require(CRM_PERMISSION_MEMBER_READ);
}

void check_times(ClaimReader& reader, std::int64_t now_us) {
  const std::int64_t made_s = reader.time_s(iat);
  const std::int64_t from_s = reader.time_s(nbf);
  const std::int64_t until_s = reader.time_s(exp_claim);
  const std::int64_t now_s = now_us / 1'000'000;
  reader.require(until_s > made_s, exp_claim, "is not after iat");
  reader.require(until_s > from_s, exp_claim, "is not after nbf");
  reader.require(until_s <= made_s + token_life_s_max, exp_claim, "is too long after iat");
  reader.require(made_s <= now_s + clock_skew_s, iat, "lies in the future");
  reader.require(from_s <= now_s + clock_skew_s, nbf, "lies in the future");
  reader.require(now_s < until_s + clock_skew_s, exp_claim, "has passed");
}

void check_jti(ClaimReader& reader, ExportClaims& claims) {
  claims.jti = reader.text(jti_claim);
  reader.require(is_base64url(claims.jti), jti_claim, "is not base64url");
  reader.require(claims.jti.size() >= jti_bytes_min, jti_claim, "is shorter than 22 characters");
  reader.require(claims.jti.size() <= jti_bytes_max, jti_claim, "is longer than 128 characters");
}

crm::Result<ExportClaims> check_claims(const nlohmann::json& parsed, const TokenTerms& terms) {
  ClaimReader reader(parsed);
  ExportClaims claims;
  check_parties(reader, terms, claims);
  check_file(reader, claims);
  check_permissions(reader, claims);
  check_times(reader, terms.now_us);
  check_jti(reader, claims);
  if (!reader.ok()) return crm::Error{CRM_ERR_DENIED, reader.refusal()};
  return claims;
}

}  // namespace

TokenVerdict check_request(std::string_view token, const TokenTerms& terms) {
  const auto payload = open_jws(token, CRM_EXPORT_REQUEST_TYP, terms.issuer_key);
  if (!payload) return {{}, payload.error()};
  const auto claims = parse_strict_object(payload.value(), "the token's payload");
  if (!claims) return {{}, crm::Error{CRM_ERR_DENIED, claims.error().detail}};
  return {facts_of(claims.value()), check_claims(claims.value(), terms)};
}

}  // namespace message_history
