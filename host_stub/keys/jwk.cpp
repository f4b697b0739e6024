#include "keys/jwk.h"

#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <utility>

#include "json/strict_json.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

// NOT_FOUND for a key of another type.
crm::Result<PublishedKey> parse_jwk(const Json& jwk, size_t index) {
  const auto refuse = [&](std::string_view what) {
    return failure(CRM_ERR_INVALID, fmt::format("key {} {}", index + 1, what));
  };
  if (!jwk.is_object()) return refuse("is not an object");
  const std::string* type = string_member(jwk, "kty");
  const std::string* curve = string_member(jwk, "crv");
  if (type == nullptr || *type != "OKP" || curve == nullptr || *curve != "Ed25519") {
    return failure(CRM_ERR_NOT_FOUND, "not an Ed25519 key");
  }
  if (jwk.contains("d")) return refuse("holds a private half, which must never be published");
  const std::string* algorithm = string_member(jwk, "alg");
  if (jwk.contains("alg") &&
      (algorithm == nullptr || (*algorithm != "EdDSA" && *algorithm != "Ed25519"))) {
    return refuse("has an \"alg\" other than EdDSA");
  }
  const std::string* x = string_member(jwk, "x");
  const auto key = x == nullptr ? std::nullopt : public_key_from(*x);
  if (!key) return refuse("has no \"x\" of 32 bytes in canonical base64url");
  const std::string* kid = string_member(jwk, "kid");
  if (kid == nullptr || *kid != thumbprint(*key)) {
    return refuse("has a \"kid\" that is not its RFC 7638 thumbprint");
  }
  return PublishedKey{*kid, *key};
}

}  // namespace

std::string base64url_of(const PublicKey& key) {
  return crm::base64url_encode({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::string thumbprint(const PublicKey& key) {
  // The members in the order and spelling that RFC 7638 and RFC 8037 prescribe.
  return crm::base64url_encode(
      sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url_of(key) + "\"}"));
}

std::optional<PublicKey> public_key_from(std::string_view base64url) {
  const auto bytes = crm::base64url_decode(base64url);
  if (!bytes || bytes->size() != ed25519_key_bytes) return {};
  PublicKey key;
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

std::string render_jwks(const std::vector<JwksEntry>& entries) {
  Json keys = Json::array();
  for (const auto& [key, use] : entries) {
    Json jwk = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url_of(key)}, {"use", "sig"}};
    if (use == KeyUse::current) jwk["alg"] = "EdDSA";
    jwk["kid"] = thumbprint(key);
    keys.push_back(std::move(jwk));
  }
  return Json{{"keys", std::move(keys)}}.dump(2);
}

crm::Result<std::vector<PublishedKey>> parse_jwks(std::string_view text) {
  const auto document = parse_strict_json(text);
  if (!document) return document.error();
  const Json& root = document.value();
  const auto list = root.is_object() ? root.find("keys") : root.end();
  if (!root.is_object() || list == root.end() || !list->is_array()) {
    return failure(CRM_ERR_INVALID, "not a JWKS: an object with an array \"keys\" is needed");
  }
  std::vector<PublishedKey> keys;
  for (size_t i = 0; i < list->size(); ++i) {
    auto key = parse_jwk((*list)[i], i);
    if (key) {
      keys.push_back(std::move(key.value()));
    } else if (key.error().status != CRM_ERR_NOT_FOUND) {
      return key.error();
    }
  }
  return keys;
}

}  // namespace host_stub
