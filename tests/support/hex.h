// Bytes as lower-case hexadecimal digits, for comparing them with bytes written out by hand.
#pragma once

#include <string>
#include <string_view>

namespace test {

inline std::string hex_of(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

}  // namespace test
