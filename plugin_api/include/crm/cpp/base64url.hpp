// Canonical base64url without padding (RFC 4648 section 5), as the JWS of the export interface use
// it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crm {

// Each character stands for the six bits of its place.
inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline std::string base64url_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6)
      text.push_back(base64url_alphabet[(bits >> (held - 6)) & 63]);
  }
  if (held > 0) text.push_back(base64url_alphabet[(bits << (6 - held)) & 63]);
  return text;
}

// Empty for anything that base64url_encode would not have produced: foreign characters, padding,
// line breaks, or non-zero bits after the last byte.
inline std::optional<std::string> base64url_decode(std::string_view text) {
  static constexpr auto values = [] {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < base64url_alphabet.size(); ++i) {
      table[static_cast<unsigned char>(base64url_alphabet[i])] = static_cast<int8_t>(i);
    }
    return table;
  }();
  if (text.size() % 4 == 1) return {};
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) return {};
    bits = (bits << 6) | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>((bits >> held) & 0xFF));
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) return {};
  return bytes;
}

}  // namespace crm
