#include "export/proof/keys.h"

#include <crm/cpp/ed25519_key.hpp>
#include <crm/cpp/text.hpp>
#include <optional>

namespace message_history {

namespace {

// A URL; manifests and every row of the audit chain hold it.
constexpr std::uint64_t issuer_bytes_max = 1'024;

std::optional<Ed25519PublicKey> issuer_key(const crm_host* host, const crm_ext_keys* keys,
                                           std::string_view kid) {
  Ed25519PublicKey key;
  const int32_t status = keys->issuer_key(host, crm::str(kid), key.bytes.data());
  if (status == CRM_ERR_NOT_FOUND) return {};
  if (status == CRM_OK) {
    const auto fault = crm::ed25519_key_fault(key.bytes);
    if (fault.empty()) return key;
    throw crm::Failure(CRM_ERR_INVALID, "the host's issuer key " + std::string(fault) +
                                            "; replace it in its key store");
  }
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
  const auto name = crm::checked_view(issuer, issuer_bytes_max);
  if (!name || name->empty()) {
    return crm::Error{CRM_ERR_INVALID,
                      "the host's issuer has no readable name; set one of 1 to 1024 bytes of UTF-8 "
                      "beside its keys"};
  }
  return ExportKeys{
      std::string(*name),
      [raw, keys](std::string_view kid) { return issuer_key(raw, keys, kid); },
      [raw, keys] { return signing_seed(raw, keys); },
  };
}

}  // namespace message_history
