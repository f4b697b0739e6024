#include "keys/jwk.h"

#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>
#include <utility>

#include "json/strict_json.h"
#include "keys/public_key_text.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

enum class KidRule { is_thumbprint, is_not_read };

// True when the key says that it is for signatures, or does not say what for.
bool is_for_signatures(const Json& jwk) {
  if (jwk.contains("use")) {
    const std::string* use = string_member(jwk, "use");
    if (use == nullptr || *use != "sig") return false;
  }
  const auto uses = jwk.find("key_ops");
  if (uses == jwk.end()) return true;
  return uses->is_array() && std::find(uses->begin(), uses->end(), "verify") != uses->end();
}

// NOT_FOUND for a key of another type or for another use.
crm::Result<PublishedKey> parse_jwk(const Json& jwk, const std::string& name, KidRule kid_rule) {
  const auto refuse = [&](std::string_view what) {
    return failure(CRM_ERR_INVALID, fmt::format("{} {}", name, what));
  };
  const std::string* type = string_member(jwk, "kty");
  const std::string* curve = string_member(jwk, "crv");
  if (type == nullptr || *type != "OKP" || curve == nullptr || *curve != "Ed25519") {
    return failure(CRM_ERR_NOT_FOUND, "not an Ed25519 key");
  }
  if (jwk.contains("d")) return refuse("holds a private half, which must never be published");
  if (!is_for_signatures(jwk)) return failure(CRM_ERR_NOT_FOUND, "not for signatures");
  const std::string* algorithm = string_member(jwk, "alg");
  if (jwk.contains("alg") &&
      (algorithm == nullptr || (*algorithm != "EdDSA" && *algorithm != "Ed25519"))) {
    return refuse("has an \"alg\" other than EdDSA");
  }
  const std::string* x = string_member(jwk, "x");
  const auto key = x == nullptr ? std::nullopt : public_key_from(*x);
  if (!key) return refuse("has no \"x\" of 32 bytes in canonical base64url");
  const auto fault = crm::ed25519_key_fault(*key);
  if (!fault.empty()) return refuse(fmt::format("has an \"x\" that {}", fault));
  const std::string* kid = string_member(jwk, "kid");
  const std::string thumb = thumbprint(*key);
  if (kid_rule == KidRule::is_thumbprint && (kid == nullptr || *kid != thumb)) {
    return refuse("has a \"kid\" that is not its RFC 7638 thumbprint");
  }
  return PublishedKey{thumb, *key};
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

crm::Result<std::vector<PublishedKey>> parse_public_keys(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const auto encoded = decode_public_key(text);
  if (!encoded) return encoded.error();
  if (encoded.value()) {
    return std::vector<PublishedKey>{{thumbprint(*encoded.value()), *encoded.value()}};
  }
  const auto document = parse_strict_json(text, signed_json_depth_max);
  if (!document) {
    return failure(CRM_ERR_INVALID, "it is neither PEM nor JSON: " + document.error().detail);
  }
  const Json& root = document.value();
  const auto list = root.is_object() ? root.find("keys") : root.end();
  if (!root.is_object() || list == root.end() || !list->is_array()) {
    auto alone = parse_jwk(root, "the key", KidRule::is_not_read);
    if (!alone) {
      return failure(CRM_ERR_INVALID,
                     alone.error().status == CRM_ERR_NOT_FOUND
                         ? "it is neither a public key nor a set of them with an array \"keys\""
                         : alone.error().detail);
    }
    return std::vector<PublishedKey>{std::move(alone.value())};
  }
  if (list->size() > jwks_keys_max) {
    return failure(CRM_ERR_INVALID, fmt::format("it holds more than {} keys", jwks_keys_max));
  }
  std::vector<PublishedKey> keys;
  for (size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_object()) {
      return failure(CRM_ERR_INVALID, fmt::format("key {} is not an object", i + 1));
    }
    auto key = parse_jwk((*list)[i], fmt::format("key {}", i + 1), KidRule::is_thumbprint);
    if (key) {
      keys.push_back(std::move(key.value()));
    } else if (key.error().status != CRM_ERR_NOT_FOUND) {
      return key.error();
    }
  }
  return keys;
}

}  // namespace host_stub
