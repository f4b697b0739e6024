// Entries gathered for a run: in any order, without memory of their own for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/lsm/key_sort.h"

namespace message_history::sqlite {

class RunEntries {
 public:
  bool empty() const { return places_.empty(); }

  // An empty value removes the key. Of one key, what was added last stands.
  void add(std::string_view key, std::string_view value) {
    first_at_us_ = Limits::min();
    last_at_us_ = Limits::max();
    append(key, value);
  }
  // The same for an entry that tells a time; others are about any time.
  void add_at(std::int64_t at_us, std::string_view key, std::string_view value) {
    first_at_us_ = std::min(first_at_us_, at_us);
    last_at_us_ = std::max(last_at_us_, at_us);
    append(key, value);
  }
  // Between which times they lie.
  std::int64_t first_at_us() const { return first_at_us_; }
  std::int64_t last_at_us() const { return last_at_us_; }

  // Brings them in the order of keys, each once; the rest is for after that.
  void sort();
  std::size_t size() const { return order_.size(); }
  std::string_view key(std::size_t i) const { return order_[i].key(); }
  std::string_view value(std::size_t i) const {
    const Place& place = places_[order_[i].number];
    return std::string_view(bytes_).substr(place.begin + place.key_bytes, place.value_bytes);
  }

  void clear();
  // Memory that is kept for what is added next.
  std::size_t kept_bytes() const {
    return bytes_.capacity() + places_.capacity() * sizeof(Place) +
           order_.capacity() * sizeof(KeyPlace);
  }

 private:
  using Limits = std::numeric_limits<std::int64_t>;
  struct Place {
    std::uint32_t begin;  // in bytes_
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
  };
  void append(std::string_view key, std::string_view value);

  std::string bytes_;
  std::vector<Place> places_;
  std::vector<KeyPlace> order_;
  std::int64_t first_at_us_ = Limits::max();
  std::int64_t last_at_us_ = Limits::min();
};

}  // namespace message_history::sqlite
