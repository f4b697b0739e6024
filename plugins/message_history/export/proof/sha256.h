// SHA-256, HMAC-SHA256 and random bytes, without showing the library behind them.
//
// Free functions: any thread. A Sha256Hasher: one thread. Throws crm::Failure(INTERNAL) when the
// library fails, std::bad_alloc when it cannot get memory.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "store/rows.h"

namespace message_history {

// Hashes bytes piece by piece.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&& other) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&& other) noexcept;

  void update(std::string_view bytes);
  // The digest of everything since construction or the last finish(); the hasher starts anew.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256 sha256(std::string_view bytes);

Sha256 hmac_sha256(std::string_view key, std::string_view data);

// Lower case.
std::string hex(std::string_view bytes);
std::string hex(const Sha256& digest);

// The digest's bytes as text, for hashing and encoding; lives as long as the digest.
std::string_view bytes_of(const Sha256& digest);

// From the system's generator.
std::string random_bytes(std::size_t count);

}  // namespace message_history
