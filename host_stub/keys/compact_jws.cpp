#include "keys/compact_jws.h"

#include <fmt/format.h>
#include <crm/cpp/base64url.hpp>

#include <algorithm>

#include "base/printable.h"
#include "json/strict_json.h"

namespace host_stub {

namespace {

crm::Error unusable(std::string detail) {
  return failure(CRM_ERR_INVALID, std::move(detail));
}

// The kid of an acceptable header.
crm::Result<std::string> kid_of(std::string_view header_text, std::string_view typ) {
  const auto document = parse_strict_json(header_text, signed_json_depth_max);
  if (!document) return unusable("its header is " + document.error().detail);
  const Json& header = document.value();
  if (!header.is_object()) return unusable("its header is not a JSON object");
  const std::string* algorithm = string_member(header, "alg");
  if (algorithm == nullptr || *algorithm != "EdDSA") return unusable("its alg is not EdDSA");
  const std::string* found_typ = string_member(header, "typ");
  if (found_typ == nullptr || *found_typ != typ) {
    return unusable(fmt::format("its typ is not {}", typ));
  }
  const std::string* kid = string_member(header, "kid");
  if (kid == nullptr || kid->empty() ||
      kid->find_first_not_of(crm::base64url_alphabet) != std::string::npos) {
    return unusable("it names no kid");
  }
  // Any other could change what the rest means.
  for (const auto& [name, value] : header.items()) {
    if (name != "alg" && name != "typ" && name != "kid") {
      return unusable(
          fmt::format("its header has the parameter \"{}\"; only alg, typ and kid are allowed",
                      printable(name, shown_bytes_max)));
    }
  }
  return *kid;
}

}  // namespace

crm::Result<CompactJws> parse_compact_jws(std::string_view text, std::string_view typ) {
  const bool has_foreign = std::any_of(text.begin(), text.end(), [](char c) {
    return c != '.' && crm::base64url_alphabet.find(c) == std::string_view::npos;
  });
  if (has_foreign) return unusable("it is not canonical base64url");
  const size_t first = text.find('.');
  const size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    return unusable("it does not have three parts joined by dots");
  }
  const auto header = crm::base64url_decode(text.substr(0, first));
  const auto payload = crm::base64url_decode(text.substr(first + 1, second - first - 1));
  const auto signature = crm::base64url_decode(text.substr(second + 1));
  if (!header || !payload || !signature) return unusable("it is not canonical base64url");
  if (signature->size() != ed25519_signature_bytes) {
    return unusable("its signature is not 64 bytes");
  }
  auto kid = kid_of(*header, typ);
  if (!kid) return kid.error();
  return CompactJws{std::move(kid.value()), *payload, *signature,
                    std::string(text.substr(0, second))};
}

bool is_signed_by(const CompactJws& jws, const PublicKey& key) {
  return ed25519_verify(key, jws.signed_text, jws.signature);
}

crm::Result<std::string> sign_compact_jws(std::string_view typ, std::string_view payload,
                                          JwsSigner signer) {
  const Json header = {{"alg", "EdDSA"}, {"kid", signer.kid}, {"typ", typ}};
  std::string text = crm::base64url_encode(header.dump()) + "." + crm::base64url_encode(payload);
  const auto signature = ed25519_sign(signer.seed, text);
  if (!signature) return signature.error();
  return text + "." + crm::base64url_encode(signature.value());
}

}  // namespace host_stub
