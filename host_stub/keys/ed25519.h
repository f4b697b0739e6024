// Ed25519 (RFC 8032) over OpenSSL's EVP, and secrets that wipe themselves.
#pragma once

#include <crm/cpp/ed25519_key.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/outcome.h"

namespace host_stub {

using crm::ed25519_key_bytes;
inline constexpr size_t ed25519_signature_bytes = 64;

using PublicKey = crm::Ed25519KeyBytes;

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

}  // namespace host_stub
