#include "store/sqlite/lsm/key_sort.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace message_history::sqlite {

namespace {

constexpr std::size_t prefix_bytes = 8;
// Below this, comparisons are cheaper than counting.
constexpr std::size_t counted_min = 256;

using Counts = std::array<std::array<std::uint32_t, 256>, prefix_bytes>;  // by place and byte

std::uint8_t byte_of(std::uint64_t prefix, std::size_t place) {
  return static_cast<std::uint8_t>(prefix >> (8 * place));
}

bool is_before(const KeyPlace& a, const KeyPlace& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const int order = a.key().compare(b.key());
  return order != 0 ? order < 0 : a.number < b.number;
}

class KeySorter {
 public:
  // All keys agree in the bytes before `offset`, and equal ones stand in order.
  void sort(std::span<KeyPlace> keys, std::size_t offset) {
    for (KeyPlace& place : keys) {
      place.prefix = key_prefix(place.key().substr(std::min<std::size_t>(offset, place.size)));
    }
    const auto by_prefix = [](const KeyPlace& a, const KeyPlace& b) { return a.prefix < b.prefix; };
    if (keys.size() < counted_min) {
      if (!std::is_sorted(keys.begin(), keys.end(), is_before)) {
        std::sort(keys.begin(), keys.end(), is_before);
      }
      return;
    }
    if (!std::is_sorted(keys.begin(), keys.end(), by_prefix)) sort_by_prefix(keys);
    sort_equal_prefixes(keys, offset + prefix_bytes);
  }

 private:
  // A radix sort, the lowest byte first; leaves equal prefixes in the order they were in.
  void sort_by_prefix(std::span<KeyPlace> keys) {
    Counts counts{};
    for (const KeyPlace& key : keys) {
      for (std::size_t i = 0; i < prefix_bytes; ++i) ++counts[i][byte_of(key.prefix, i)];
    }
    moved_.assign(keys.begin(), keys.end());
    std::span<KeyPlace> from = keys;
    std::span<KeyPlace> to = moved_;
    for (std::size_t i = 0; i < prefix_bytes; ++i) {
      std::array<std::uint32_t, 256>& ends = counts[i];
      if (ends[byte_of(from[0].prefix, i)] == from.size()) continue;  // the same in all
      std::uint32_t begin = 0;
      for (std::uint32_t& count : ends) begin += std::exchange(count, begin);
      for (const KeyPlace& key : from) to[ends[byte_of(key.prefix, i)]++] = key;
      std::swap(from, to);
    }
    if (from.data() != keys.data()) std::copy(from.begin(), from.end(), keys.begin());
  }

  void sort_equal_prefixes(std::span<KeyPlace> keys, std::size_t offset) {
    for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
      bool has_rest = false;
      const std::uint64_t prefix = keys[begin].prefix;
      for (end = begin; end < keys.size() && keys[end].prefix == prefix; ++end) {
        has_rest = has_rest || keys[end].size > offset;
      }
      const auto equal = keys.subspan(begin, end - begin);
      if (equal.size() == 1) continue;
      // Keys that end here may still differ in the zeros they were filled up with.
      has_rest ? sort(equal, offset) : std::sort(equal.begin(), equal.end(), is_before);
    }
  }

  std::vector<KeyPlace> moved_;
};

}  // namespace

void sort_keys(std::vector<KeyPlace>& keys) {
  if (!keys.empty()) KeySorter().sort(keys, 0);
}

}  // namespace message_history::sqlite
