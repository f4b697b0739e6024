// The CRC-32 over a row's columns, so that a changed value is an error and not a wrong number.
//
// SCHEMA.md specifies the bytes: an integer as eight, the lowest first; a text or blob as its size
// and its bytes; NULL as the lowest integer there is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "encoding/crc32.h"

namespace message_history::sqlite {

class RowChecksum {
 public:
  // Not defaulted: there is one for every row that is read, and a defaulted one would fill its
  // bytes with zeros each time.
  RowChecksum() noexcept {}  // NOLINT(modernize-use-equals-default)
  RowChecksum(const RowChecksum&) = delete;
  RowChecksum& operator=(const RowChecksum&) = delete;

  RowChecksum& add(std::int64_t value) {
    if (used_ + sizeof(value) > bytes_.size()) take_over();
    for (std::size_t i = 0; i < sizeof(value); ++i) {
      bytes_[used_++] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
    return *this;
  }
  RowChecksum& add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));  // so that "ab","c" differs from "a","bc"
    if (used_ + text.size() > bytes_.size()) take_over();
    if (text.size() > bytes_.size()) {
      checksum_ = crc32_of(text, checksum_);
    } else {
      used_ += text.copy(bytes_.data() + used_, text.size());
    }
    return *this;
  }
  RowChecksum& add_null() { return add(std::numeric_limits<std::int64_t>::min()); }

  std::int64_t value() const { return crc32_of({bytes_.data(), used_}, checksum_); }
  void clear() {
    used_ = 0;
    checksum_ = 0;
  }

 private:
  void take_over() {
    checksum_ = crc32_of({bytes_.data(), used_}, checksum_);
    used_ = 0;
  }

  std::array<char, 512> bytes_;  // the first used_ of them wait to be taken over
  std::size_t used_ = 0;
  std::uint32_t checksum_ = 0;
};

}  // namespace message_history::sqlite
