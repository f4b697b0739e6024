// Tells of most keys that a run does not hold them, without reading it (a blocked Bloom filter).
//
// In memory only, two bytes a key. Of keys that are not there, about one in five hundred is taken
// for one that may be.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace message_history::sqlite {

// The part of a key that it is looked for by.
using PartOf = std::string_view (*)(std::string_view key);
constexpr std::string_view whole_key(std::string_view key) {
  return key;
}

class KeyFilter {
 public:
  explicit KeyFilter(std::int64_t keys)
      : keys_(keys), lines_(static_cast<std::size_t>(keys) * bits_per_key / line_bits + 1) {}

  static constexpr std::size_t bytes_per_key = 2;
  std::int64_t keys() const { return keys_; }

  void add(std::string_view key) {
    const std::uint64_t hash = hash_of(key);
    Line& line = lines_[line_of(hash)];
    for (int i = 0; i < bits_per_line; ++i) line[word_of(hash, i)] |= bit_of(hash, i);
  }
  bool may_hold(std::string_view key) const {
    const std::uint64_t hash = hash_of(key);
    const Line& line = lines_[line_of(hash)];
    for (int i = 0; i < bits_per_line; ++i) {
      if ((line[word_of(hash, i)] & bit_of(hash, i)) == 0) return false;
    }
    return true;
  }

 private:
  // All bits of a key lie in one cache line.
  using Line = std::array<std::uint64_t, 8>;
  static constexpr std::size_t line_bits = 512;
  static constexpr std::size_t bits_per_key = 8 * bytes_per_key;
  static constexpr int bits_per_line = 7;

  static std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
  std::size_t line_of(std::uint64_t hash) const {
    return static_cast<std::size_t>((hash >> 32) * lines_.size() >> 32);
  }
  static std::uint64_t places(std::uint64_t hash) { return hash * 0x9E3779B97F4A7C15; }
  // Nine bits of the hash for each: three for the word, six for the bit.
  static std::size_t word_of(std::uint64_t hash, int i) { return places(hash) >> (1 + 9 * i) & 7; }
  static std::uint64_t bit_of(std::uint64_t hash, int i) {
    return std::uint64_t{1} << (places(hash) >> (4 + 9 * i) & 63);
  }

  std::int64_t keys_;  // it was made for
  std::vector<Line> lines_;
};

}  // namespace message_history::sqlite
