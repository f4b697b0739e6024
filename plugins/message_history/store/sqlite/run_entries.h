// Entries gathered for a run: in any order, without memory of their own for each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace message_history::sqlite {

class RunEntries {
 public:
  bool empty() const { return places_.empty(); }
  std::size_t size() const { return places_.size(); }

  // An empty value removes the key. Of one key, what was added last stands.
  void add(std::string_view key, std::string_view value);

  // Brings them in the order of keys; then size() is the number of different ones.
  void sort();
  std::string_view key(std::size_t i) const {
    return std::string_view(bytes_).substr(places_[i].begin, places_[i].key_bytes);
  }
  std::string_view value(std::size_t i) const {
    return std::string_view(bytes_).substr(places_[i].begin + places_[i].key_bytes,
                                           places_[i].value_bytes);
  }

  void clear();

 private:
  struct Place {
    std::uint64_t prefix;  // the key's first bytes, which mostly decide a comparison
    std::uint32_t begin;   // in bytes_, which also tells what was added later
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
  };
  bool comes_before(const Place& a, const Place& b) const;
  std::string_view key_at(const Place& place) const {
    return std::string_view(bytes_).substr(place.begin, place.key_bytes);
  }

  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace message_history::sqlite
