// Varints and texts in packed bytes: writing, and reading that trusts nothing.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace message_history {

[[noreturn]] inline void corrupt_row() {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     "a stored row cannot be decoded; restore the tenant's folder from a backup");
}

inline void put_varint(std::string& bytes, std::uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<char>(value));
}

inline void put_signed(std::string& bytes, std::int64_t value) {
  put_varint(bytes, (static_cast<std::uint64_t>(value) << 1) ^
                        static_cast<std::uint64_t>(value < 0 ? -1 : 0));
}

inline void put_text(std::string& bytes, std::string_view text) {
  put_varint(bytes, text.size());
  bytes.append(text);
}

class PackedReader {
 public:
  explicit PackedReader(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

  std::uint8_t byte() {
    if (bytes_.empty()) corrupt_row();
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
      if ((part & 0x80) == 0) return value;
    }
    corrupt_row();
  }

  std::int64_t signed_varint() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  // Valid as long as the bytes are.
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > bytes_.size()) corrupt_row();
    const std::string_view value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view bytes_;
};

}  // namespace message_history
