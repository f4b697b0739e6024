#include "requests/export_token.h"

#include <crm/ext/exports.h>
#include <fmt/format.h>

#include <crm/cpp/base64url.hpp>
#include <crm/cpp/text.hpp>
#include <utility>

#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/compact_jws.h"

namespace host_stub {

namespace {

constexpr size_t jti_bytes = 16;

// What comes from a command line may be any bytes; a token is JSON.
Outcome check_text(const ExportClaims& claims) {
  std::string columns;
  for (const std::string& column : claims.columns) columns += column;
  const std::pair<const char*, std::string_view> texts[] = {
      {"actor", claims.actor},     {"tenant", claims.tenant}, {"message", claims.message_id},
      {"dialect", claims.dialect}, {"locale", claims.locale}, {"reason", claims.reason},
      {"columns", columns}};
  for (const auto& [name, text] : texts) {
    if (crm::is_utf8(text)) continue;
    return failure(CRM_ERR_INVALID,
                   fmt::format("the {} is not UTF-8; use a UTF-8 terminal and try again", name));
  }
  return done();
}

}  // namespace

crm::Result<std::string> issue_export_token(KeyStore& keys, const ExportClaims& claims,
                                            int64_t now_s) {
  if (auto text = check_text(claims); !text) return text.error();
  const auto issuer = keys.issuer();
  if (!issuer) return issuer.error();
  const auto key = keys.issuing_key();
  if (!key) return key.error();
  Json payload = {{"iss", issuer.value()},
                  {"aud", claims.audience},
                  {"sub", claims.actor},
                  {"tenant", claims.tenant},
                  {"message_id", claims.message_id},
                  {"columns", claims.columns},
                  {"dialect", claims.dialect},
                  {"masked", claims.masked},
                  {"locale", claims.locale},
                  {"reason", claims.reason},
                  {"iat", now_s},
                  {"nbf", now_s},
                  {"exp", now_s + export_token_life_s},
                  {"jti", crm::base64url_encode(random_bytes(jti_bytes))}};
  if (claims.permissions) payload["permissions"] = *claims.permissions;
  auto token =
      sign_compact_jws(CRM_EXPORT_REQUEST_TYP, payload.dump(), {key.value().kid, key.value().seed});
  if (token && token.value().size() > CRM_EXPORT_TOKEN_BYTES_MAX) {
    return failure(CRM_ERR_FULL,
                   fmt::format("the export request is {} bytes as a token, {} are allowed; shorten "
                               "the reason or name fewer columns",
                               token.value().size(), CRM_EXPORT_TOKEN_BYTES_MAX));
  }
  return token;
}

}  // namespace host_stub
