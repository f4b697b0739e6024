// The host's keys in DATA/host/keys: the issuer's, and a signing key for every plugin.
//
//   issuer.json               the installation's name and the key behind export requests
//   plugin.<plugin id>.json   the key that a plugin signs its export manifests with
//
// A file is made when its key is first asked for, and read again at every use, so that a rotation
// needs no restart. Threads and processes may ask at once: one of
// them makes the file, the others read it.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <filesystem>
#include <string>
#include <string_view>

#include "keys/key_ring.h"

namespace host_stub {

// As long as the longest-lived request token that a plugin may accept: 300 s, and 60 s for a clock
// that is wrong.
inline constexpr int64_t former_issuer_key_accepted_us = 360'000'000;

enum class FormerKey { accepted_for_a_while, refused_at_once };

struct SigningKey {
  std::string kid;
  Seed seed;
};

// Thread-safe.
class KeyStore {
 public:
  explicit KeyStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // "crm-host:<32 hex digits>", random and stable. The view lives as long as the store.
  crm::Result<std::string_view> issuer();
  crm::Result<SigningKey> issuing_key();
  // NOT_FOUND unless `kid` is in force: the issuer's current key, or a former one that is still
  // accepted.
  crm::Result<PublicKey> issuer_key(std::string_view kid);
  // Makes a new key for requests. The former one signs nothing more; what it signed is accepted for
  // former_issuer_key_accepted_us, or no longer. NOT_FOUND when there is no key yet.
  Outcome rotate_issuing_key(FormerKey former);
  // A JWKS of the public halves in force: what verifies export requests. Empty before the first.
  crm::Result<std::string> issuer_jwks() const;

  crm::Result<SigningKey> signing_key(std::string_view plugin_id);
  // Retires the plugin's key and makes a new one; the retired public half stays in the JWKS.
  // NOT_FOUND when the plugin has no key yet.
  Outcome rotate_signing_key(std::string_view plugin_id);

  // A JWKS of the public halves of all plugins' signing keys: what verifies exports.
  crm::Result<std::string> jwks() const;

 private:
  std::filesystem::path issuer_file() const { return folder_ / "issuer.json"; }
  std::filesystem::path plugin_file(std::string_view plugin_id) const;
  crm::Result<KeyRing> read(const std::filesystem::path& file) const;
  // Reads the file, or makes it with a first key when it is missing.
  crm::Result<KeyRing> read_or_make(const std::filesystem::path& file, std::string issuer) const;
  Outcome rotate(const std::filesystem::path& file, Rotation rotation) const;

  const std::filesystem::path folder_;
  crm::Mutex mutex_;
  std::string issuer_ CRM_GUARDED_BY(mutex_);  // empty until first asked for
};

}  // namespace host_stub
