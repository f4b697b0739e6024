// The keys of one role as they stand in a file: one current key, and retired ones without their
// private halves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "keys/ed25519.h"

namespace host_stub {

inline constexpr uint64_t key_ring_bytes_max = 1u << 20;

struct StoredKey {
  std::string kid;
  PublicKey public_key;
  std::optional<Seed> seed;  // gone once retired
  int64_t created_at_us = 0;
};

struct KeyRing {
  std::string issuer;           // of the host's own ring; empty otherwise
  std::vector<StoredKey> keys;  // the current one first, then the retired, newest first

  const StoredKey& current() const { return keys.front(); }
};

crm::Result<StoredKey> make_key(int64_t now_us);

// The ring with a new current key; the former one is retired and its private half forgotten.
crm::Result<KeyRing> rotated(KeyRing ring, int64_t now_us);

// The file's text. Holds secrets: wipe it.
std::string render_key_ring(const KeyRing& ring);

// CORRUPT, naming the file and the remedy, for anything that render_key_ring would not have
// written: also when a private half does not belong to its public half.
crm::Result<KeyRing> parse_key_ring(std::string_view text, const std::filesystem::path& file);

}  // namespace host_stub
