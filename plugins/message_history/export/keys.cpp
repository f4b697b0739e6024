#include "export/keys.h"

#include <crm/cpp/text.hpp>
#include <optional>

namespace message_history {

namespace {

std::optional<Ed25519PublicKey> issuer_key(const crm_host* host, const crm_ext_keys* keys,
                                           std::string_view kid) {
  Ed25519PublicKey key;
  const int32_t status = keys->issuer_key(host, crm::str(kid), key.bytes.data());
  if (status == CRM_OK) return key;
  if (status == CRM_ERR_NOT_FOUND) return {};
  throw crm::Failure(status, "the host cannot read its issuer keys; repair its key store");
}

Ed25519Seed signing_seed(const crm_host* host, const crm_ext_keys* keys) {
  Ed25519Seed seed;
  const int32_t status = keys->signing_seed(host, seed.bytes().data());
  if (status == CRM_OK) return seed;
  throw crm::Failure(status, "the host gives no signing key; make one in its key store");
}

}  // namespace

crm::Result<ExportKeys> keys_of(const crm::Host& host) {
  const crm_ext_keys* keys = host.keys();
  if (keys == nullptr) {
    return crm::Error{CRM_ERR_UNSUPPORTED,
                      "the host offers no keys, so nothing can be exported; it must implement "
                      "crm.keys/1"};
  }
  const crm_host* raw = host.raw();
  const crm_str issuer = keys->issuer(raw);
  if (!crm::is_readable(issuer) || issuer.size == 0 || !crm::is_utf8(crm::view(issuer))) {
    return crm::Error{CRM_ERR_INVALID,
                      "the host's issuer has no readable name; set one beside its keys"};
  }
  return ExportKeys{
      std::string(crm::view(issuer)),
      [raw, keys](std::string_view kid) { return issuer_key(raw, keys, kid); },
      [raw, keys] { return signing_seed(raw, keys); },
  };
}

}  // namespace message_history
