#include "store/sqlite/lsm/run_entries.h"

namespace message_history::sqlite {

void RunEntries::append(std::string_view key, std::string_view value) {
  places_.push_back({static_cast<std::uint32_t>(bytes_.size()),
                     static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(value.size())});
  bytes_.append(key);
  bytes_.append(value);
}

void RunEntries::sort() {
  order_.clear();
  order_.reserve(places_.size());
  for (const Place& place : places_) {
    order_.emplace_back(std::string_view(bytes_).substr(place.begin, place.key_bytes),
                        static_cast<std::uint32_t>(order_.size()));
  }
  sort_keys(order_);
  // Of equal keys the last one is kept.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const bool is_last = i + 1 == order_.size() || order_[i].key() != order_[i + 1].key();
    if (is_last) order_[kept++] = order_[i];
  }
  order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(kept), order_.end());
}

void RunEntries::clear() {
  bytes_.clear();
  places_.clear();
  order_.clear();
  first_at_us_ = Limits::max();
  last_at_us_ = Limits::min();
}

}  // namespace message_history::sqlite
