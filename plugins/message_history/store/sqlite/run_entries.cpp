#include "store/sqlite/run_entries.h"

#include <algorithm>

namespace message_history::sqlite {

namespace {

std::uint64_t prefix_of(std::string_view key) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof(prefix); ++i) {
    prefix = prefix << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return prefix;
}

}  // namespace

void RunEntries::add(std::string_view key, std::string_view value) {
  places_.push_back({prefix_of(key), static_cast<std::uint32_t>(bytes_.size()),
                     static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(value.size())});
  bytes_.append(key);
  bytes_.append(value);
}

bool RunEntries::comes_before(const Place& a, const Place& b) const {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const int order = key_at(a).compare(key_at(b));
  return order != 0 ? order < 0 : a.begin < b.begin;
}

void RunEntries::sort() {
  const auto before = [this](const Place& a, const Place& b) { return comes_before(a, b); };
  if (!std::is_sorted(places_.begin(), places_.end(), before)) {
    std::sort(places_.begin(), places_.end(), before);
  }
  // Of equal keys the last one is kept.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const bool is_last = i + 1 == places_.size() || key_at(places_[i]) != key_at(places_[i + 1]);
    if (is_last) places_[kept++] = places_[i];
  }
  places_.resize(kept);
}

void RunEntries::clear() {
  bytes_.clear();
  places_.clear();
}

}  // namespace message_history::sqlite
