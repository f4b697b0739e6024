// Ed25519 (RFC 8032) over OpenSSL's EVP, and secrets that wipe themselves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/outcome.h"

namespace host_stub {

inline constexpr size_t ed25519_key_bytes = 32;
inline constexpr size_t ed25519_signature_bytes = 64;

using PublicKey = std::array<uint8_t, ed25519_key_bytes>;

void wipe(void* data, size_t size) noexcept;
void wipe(std::string& secret) noexcept;

// The private half of a key. Wiped when destroyed; moved from, it is zero.
class Seed {
 public:
  Seed() = default;
  // `bytes` must be 32 long.
  explicit Seed(std::string_view bytes);
  Seed(Seed&& other) noexcept;
  Seed& operator=(Seed&& other) noexcept;
  ~Seed();

  const std::array<uint8_t, ed25519_key_bytes>& bytes() const { return bytes_; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::array<uint8_t, ed25519_key_bytes> bytes_{};
};

crm::Result<Seed> generate_seed();
crm::Result<PublicKey> public_key_of(const Seed& seed);

// 64 bytes.
crm::Result<std::string> ed25519_sign(const Seed& seed, std::string_view message);

// False for anything but a valid signature, also for one of another length.
bool ed25519_verify(const PublicKey& key, std::string_view message, std::string_view signature);

// The first public key in PEM or DER, as `openssl pkey -pubin` reads it; empty when the text is
// neither. INVALID for a key of another type.
crm::Result<std::optional<PublicKey>> decode_public_key(std::string_view text);

}  // namespace host_stub
