// The keys of one role as they stand in a file: one current key, and retired ones without their
// private halves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "keys/ed25519.h"
#include "keys/jwk.h"

namespace host_stub {

inline constexpr uint64_t key_ring_bytes_max = 1u << 20;
inline constexpr size_t key_ring_keys_max = jwks_keys_max;

struct StoredKey {
  std::string kid;
  PublicKey public_key;
  std::optional<Seed> seed;  // gone once retired
  int64_t created_at_us = 0;
  // Until then a retired key of the issuer still vouches for what it signed before.
  int64_t accepted_until_us = 0;
};

struct KeyRing {
  std::string issuer;           // of the host's own ring; empty otherwise
  std::vector<StoredKey> keys;  // the current one first, then the retired, newest first

  const StoredKey& current() const { return keys.front(); }
};

crm::Result<StoredKey> make_key(int64_t now_us);

// When a key changes, and until when the former one and those before it are accepted at most.
struct Rotation {
  int64_t now_us = 0;
  int64_t accepted_until_us = 0;
};

// The ring with a new current key; the former one is retired and its private half forgotten. FULL
// when there are key_ring_keys_max keys already.
crm::Result<KeyRing> rotated(KeyRing ring, Rotation rotation);

// The file's text. Holds secrets: wipe it.
std::string render_key_ring(const KeyRing& ring);

// CORRUPT, naming the file and the remedy, for anything that render_key_ring would not have
// written: also when a private half does not belong to its public half.
crm::Result<KeyRing> parse_key_ring(std::string_view text, const std::filesystem::path& file);

}  // namespace host_stub
