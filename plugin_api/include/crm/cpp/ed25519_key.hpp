// Ed25519 public keys (RFC 8032) that no verifier may accept, although OpenSSL's does.
//
// Under a key of small order a signature holds that anybody can make up; and a key with a second
// spelling has a second name (RFC 7638). The curve has eight points of small order, of orders 1, 2,
// 4 and 8: five values of y, most of them with either sign of x.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace crm {

inline constexpr std::size_t ed25519_key_bytes = 32;
using Ed25519KeyBytes = std::array<std::uint8_t, ed25519_key_bytes>;

namespace detail {

// y = 0, of order 4; 1, of order 1; p - 1, of order 2; and both y with 121665 y^4 = 243332 y^2 -
// 121666, of order 8. Little endian, as keys are.
inline constexpr Ed25519KeyBytes small_order_y[] = {
    {},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

// True from 2^255 - 19 on; y has 255 bits.
constexpr bool is_beyond_field(const Ed25519KeyBytes& y) {
  return y[31] == 0x7f && y[0] >= 0xed &&
         std::all_of(y.begin() + 1, y.begin() + 31, [](std::uint8_t byte) { return byte == 0xff; });
}

}  // namespace detail

// Completes "the key ..."; empty for a key that may be used. Points that are not on the curve are
// left to the verification, which fails.
constexpr std::string_view ed25519_key_fault(const Ed25519KeyBytes& key) {
  Ed25519KeyBytes y = key;
  y[31] &= 0x7f;  // without the sign of x
  if (detail::is_beyond_field(y)) return "is no canonical encoding of a point";
  const bool is_small =
      std::any_of(std::begin(detail::small_order_y), std::end(detail::small_order_y),
                  [&y](const Ed25519KeyBytes& known) { return known == y; });
  return is_small ? "is of small order, so that anybody could sign for it" : std::string_view();
}

}  // namespace crm
