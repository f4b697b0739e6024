#include "export/proof/jws.h"

#include <algorithm>
#include <crm/cpp/base64url.hpp>
#include <utility>

#include "export/proof/base64url_fault.h"
#include "export/proof/sha256.h"
#include "export/proof/strict_json.h"

namespace message_history {

namespace {

crm::Error refused(std::string text) {
  return {CRM_ERR_DENIED, std::move(text)};
}

struct ForbiddenParameter {
  const char* name;
  const char* refusal;
};

constexpr ForbiddenParameter forbidden_parameters[] = {
    {"jwk", "the token's header carries a key (jwk); name a key of the host by kid"},
    {"jku", "the token's header points to a key set (jku); name a key of the host by kid"},
    {"x5u", "the token's header points to a certificate (x5u); name a key of the host by kid"},
    {"x5c", "the token's header carries a certificate (x5c); name a key of the host by kid"},
    {"crit", "the token's header asks for extensions (crit); leave it out"},
    {"b64", "the token's header asks for an unencoded payload (b64); leave it out"},
    {"zip", "the token's header asks for compression (zip); leave it out"},
};

// Algorithms that other tokens are signed with; a refusal may name them, since they are known.
constexpr std::string_view other_algorithms[] = {
    "none",  "HS256", "HS384", "HS512", "RS256", "RS384",  "RS512", "PS256",
    "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "Ed448",
};

std::string algorithm_refusal(std::string_view algorithm) {
  for (const std::string_view other : other_algorithms) {
    if (algorithm == other) {
      return "the token's alg is " + std::string(other) + "; sign with EdDSA";
    }
  }
  return "the token's alg is neither EdDSA nor Ed25519; sign with EdDSA";
}

crm::Result<std::string> decoded_part(std::string_view text, const char* part) {
  if (text.empty()) {
    return refused(std::string("the token's ") + part + " is empty; send the whole token");
  }
  auto bytes = crm::base64url_decode(text);
  if (bytes) return std::move(*bytes);
  return refused(std::string("the token's ") + part + ' ' + std::string(base64url_fault(text)));
}

std::string header_text(std::string_view typ, std::string_view kid) {
  nlohmann::ordered_json header;
  header["alg"] = "EdDSA";
  header["typ"] = typ;
  header["kid"] = kid;
  return header.dump();
}

constexpr std::size_t base64url_bytes(std::size_t bytes) {
  return (bytes * 4 + 2) / 3;
}

}  // namespace

crm::Result<CompactJws> parse_jws(std::string_view text) {
  if (text.empty()) return refused("the token is empty; send a compact JWS");
  if (text.size() > jws_bytes_max) {
    return refused("the token is longer than 8192 bytes; ask for fewer things at once");
  }
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (dots != 2) {
    const bool is_encrypted = dots == 4;
    return refused(is_encrypted ? "the token has five parts, as an encrypted one; sign it instead"
                   : dots < 2   ? "the token has fewer than three parts; send a compact JWS"
                                : "the token has more than three parts; send a compact JWS");
  }
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  auto header = decoded_part(text.substr(0, first), "header");
  if (!header) return header.error();
  auto payload = decoded_part(text.substr(first + 1, second - first - 1), "payload");
  if (!payload) return payload.error();
  auto signature = decoded_part(text.substr(second + 1), "signature");
  if (!signature) return signature.error();
  if (signature.value().size() != ed25519_signature_bytes) {
    return refused("the token's signature is not 64 bytes long; sign with Ed25519");
  }
  auto parsed = parse_strict_object(header.value(), "the token's header");
  if (!parsed) return refused(parsed.error().detail);
  return CompactJws{std::move(parsed.value()), std::move(payload.value()),
                    std::move(signature.value()), text.substr(0, second)};
}

crm::Result<std::string> check_jws_header(const nlohmann::json& header, std::string_view typ) {
  const auto alg = header.find("alg");
  if (alg == header.end()) return refused("the token's header lacks alg; sign with EdDSA");
  if (!alg->is_string()) return refused("the token's alg is not a string; sign with EdDSA");
  const auto& algorithm = alg->get_ref<const std::string&>();
  if (algorithm != "EdDSA" && algorithm != "Ed25519") {
    return refused(algorithm_refusal(algorithm));
  }
  for (const ForbiddenParameter& parameter : forbidden_parameters) {
    if (header.contains(parameter.name)) return refused(parameter.refusal);
  }
  const auto type = header.find("typ");
  if (type == header.end()) return refused("the token's header lacks typ; state what it is");
  if (!type->is_string()) return refused("the token's typ is not a string; state what it is");
  if (type->get_ref<const std::string&>() != typ) {
    return refused("the token's typ is another one; make a token for this very purpose");
  }
  const auto kid = header.find("kid");
  if (kid == header.end()) return refused("the token's header lacks kid; name the host's key");
  if (!kid->is_string()) return refused("the token's kid is not a string; name the host's key");
  auto name = kid->get<std::string>();
  if (name.empty()) return refused("the token's kid is empty; name the host's key");
  if (name.size() > jws_kid_bytes_max) {
    return refused("the token's kid is longer than 128 bytes; name the host's key");
  }
  return name;
}

crm::Result<std::string> open_jws(std::string_view text, std::string_view typ,
                                  const KeyLookup& key_of) {
  auto jws = parse_jws(text);
  if (!jws) return jws.error();
  const auto kid = check_jws_header(jws.value().header, typ);
  if (!kid) return kid.error();
  const auto key = key_of(kid.value());
  if (!key) {
    return refused("the token's kid names no key in force; sign with a current key of the host");
  }
  if (!ed25519_verify(*key, jws.value().signed_text, jws.value().signature)) {
    return refused("the token's signature does not fit; sign exactly what is sent");
  }
  return std::move(jws.value().payload);
}

std::string sign_jws_text(std::string_view header, std::string_view payload,
                          const Ed25519Seed& seed) {
  std::string text = crm::base64url_encode(header);
  text += '.';
  text += crm::base64url_encode(payload);
  const std::string signature = ed25519_sign(seed, text);
  text += '.';
  text += crm::base64url_encode(signature);
  return text;
}

std::string sign_jws(const JwsContent& content, const Ed25519Seed& seed) {
  const std::string kid = thumbprint(ed25519_public_of(seed));
  return sign_jws_text(header_text(content.typ, kid), content.payload, seed);
}

std::size_t signed_jws_bytes(std::string_view typ, std::size_t payload_bytes) {
  const std::string kid(base64url_bytes(Sha256{}.size()), 'k');
  return base64url_bytes(header_text(typ, kid).size()) + 1 + base64url_bytes(payload_bytes) + 1 +
         base64url_bytes(ed25519_signature_bytes);
}

std::string thumbprint(const Ed25519PublicKey& key) {
  const std::string x =
      crm::base64url_encode({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
  const Sha256 digest = sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}");
  return crm::base64url_encode(bytes_of(digest));
}

}  // namespace message_history
