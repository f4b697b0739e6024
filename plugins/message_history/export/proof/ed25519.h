// Ed25519 signatures (RFC 8032): sign, verify, and the public half of a seed.
//
// Any thread. Throws crm::Failure(INTERNAL) when the library fails, std::bad_alloc when it cannot
// get memory. A signature that does not fit is an answer, not a failure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace message_history {

struct Ed25519PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const Ed25519PublicKey&, const Ed25519PublicKey&) = default;
};

// The private half. Moves only; wipes its bytes when it is moved from or dies.
class Ed25519Seed {
 public:
  Ed25519Seed() = default;
  ~Ed25519Seed();
  Ed25519Seed(Ed25519Seed&& other) noexcept;
  Ed25519Seed& operator=(Ed25519Seed&& other) noexcept;
  Ed25519Seed(const Ed25519Seed&) = delete;
  Ed25519Seed& operator=(const Ed25519Seed&) = delete;

  std::array<std::uint8_t, 32>& bytes() { return bytes_; }
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }

 private:
  void wipe();

  std::array<std::uint8_t, 32> bytes_{};
};

inline constexpr std::size_t ed25519_signature_bytes = 64;

// False for a signature of another length, too.
bool ed25519_verify(const Ed25519PublicKey& key, std::string_view data, std::string_view signature);
// 64 bytes.
std::string ed25519_sign(const Ed25519Seed& seed, std::string_view data);
Ed25519PublicKey ed25519_public_of(const Ed25519Seed& seed);

}  // namespace message_history
