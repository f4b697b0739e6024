// Sorting many keys at once: by eight bytes at a time, as numbers, which is several times cheaper
// than comparing whole keys that begin alike.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace message_history::sqlite {

// The key's first eight bytes as a number that compares as they do; a shorter key is filled up with
// zeros, so equal numbers say nothing about the rest.
inline std::uint64_t key_prefix(std::string_view key) {
  char bytes[8] = {};
  if (key.size() >= sizeof(bytes)) {
    std::memcpy(bytes, key.data(), sizeof(bytes));
  } else {
    key.copy(bytes, key.size());
  }
  std::uint64_t prefix = 0;
  for (const char byte : bytes) prefix = prefix << 8 | static_cast<unsigned char>(byte);
  return prefix;
}

// How many bytes two keys begin with in common.
inline std::size_t shared_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = a.size() < b.size() ? a.size() : b.size();
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const std::uint64_t differing = key_prefix(a.substr(i)) ^ key_prefix(b.substr(i));
    if (differing != 0) return i + static_cast<std::size_t>(std::countl_zero(differing)) / 8;
  }
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

// A key elsewhere, and which one it is.
struct KeyPlace {
  KeyPlace(std::string_view text, std::uint32_t place)
      : bytes(text.data()), size(static_cast<std::uint32_t>(text.size())), number(place) {}
  std::string_view key() const { return {bytes, size}; }

  std::uint64_t prefix = 0;  // while they are sorted: some eight bytes of it
  const char* bytes;
  std::uint32_t size;
  std::uint32_t number;
};

// By key, and equal keys by number. They are numbered in the order they stand in. Quickest when
// they stand in order already.
void sort_keys(std::vector<KeyPlace>& keys);

}  // namespace message_history::sqlite
