// The CRC-32 (zlib's) that stored bytes carry.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>

namespace message_history {

// Of the bytes that `before` is the checksum of, and these.
inline std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0) {
  return static_cast<std::uint32_t>(crc32(before,
                                          reinterpret_cast<const unsigned char*>(bytes.data()),
                                          static_cast<uInt>(bytes.size())));
}

}  // namespace message_history
