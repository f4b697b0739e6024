// SHA-256, in one go or piece by piece.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace host_stub {

// Not thread-safe. Throws crm::Failure when the cryptographic library refuses its work.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  // Ends the computation; nothing may follow.
  std::array<uint8_t, 32> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The 32 bytes as a string.
std::string sha256(std::string_view bytes);

}  // namespace host_stub
