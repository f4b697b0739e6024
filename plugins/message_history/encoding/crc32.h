// The CRC-32 (zlib's) that stored bytes carry; libdeflate takes a third of zlib's time for a block.
#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <string_view>

namespace message_history {

// Of the bytes that `before` is the checksum of, and these.
inline std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace message_history
