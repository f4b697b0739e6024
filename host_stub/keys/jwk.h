// Ed25519 keys as JWK (RFC 8037): thumbprints, the published set, and reading such a set strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/ed25519.h"

namespace host_stub {

// Bound a set that is read, by verify-export.sh as well: it has room for the keys of a full ring.
inline constexpr uint64_t jwks_bytes_max = 256u << 10;
inline constexpr size_t jwks_keys_max = 1000;

// RFC 7638: base64url of the SHA-256 of the key's required members. This project's `kid`.
std::string thumbprint(const PublicKey& key);

std::string base64url_of(const PublicKey& key);

// From canonical base64url of exactly 32 bytes.
std::optional<PublicKey> public_key_from(std::string_view base64url);

enum class KeyUse { current, retired };

struct JwksEntry {
  PublicKey key;
  KeyUse use;
};

// The JWKS as text. The entry of a retired key has no `alg`, so that nobody signs with it by
// mistake.
std::string render_jwks(const std::vector<JwksEntry>& entries);

struct PublishedKey {
  std::string kid;
  PublicKey key;
};

// The Ed25519 keys for signatures of a JWKS, one JWK alone, or a public key as PEM or DER; other
// keys of a set are passed over. INVALID, with a text that completes "the key set is not accepted:
// ...", names what is wrong: not strict JSON, more than jwks_keys_max keys, a malformed key, one of
// small order, or a kid of a set that is not the key's thumbprint. verify-export.sh judges every
// text alike.
crm::Result<std::vector<PublishedKey>> parse_public_keys(std::string_view text);

}  // namespace host_stub
