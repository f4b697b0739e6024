#include "store/sqlite/member_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <functional>

namespace message_history::sqlite {

namespace {

constexpr std::size_t head_bytes = sizeof(std::int64_t) + sizeof(std::uint16_t);
constexpr std::size_t slots_min = 1'024;
constexpr std::size_t finds_at_once = 16;

std::uint64_t hash_of(std::string_view id) {
  return std::hash<std::string_view>{}(id);
}

std::uint32_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32);
}

std::atomic<std::size_t> bytes_of_all = 0;

}  // namespace

bool MemberCache::is_full() const {
  if (bytes() > member_cache_bytes_max) return true;
  return bytes() > member_cache_bytes_min && bytes_of_all > member_caches_bytes_max;
}

void MemberCache::count_bytes() {
  bytes_of_all += bytes() - counted_bytes_;  // wraps around where it shrinks
  counted_bytes_ = bytes();
}

std::string_view MemberCache::text_at(std::uint32_t at) const {
  const char* entry = texts_.data() + (at - 1);
  std::uint16_t size = 0;
  std::memcpy(&size, entry + sizeof(std::int64_t), sizeof(size));
  return {entry + head_bytes, size};
}

// Where the id is, or the free slot where it would be.
std::size_t MemberCache::slot_of(std::string_view member_id, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].at != 0 &&
         (slots_[i].tag != tag_of(hash) || text_at(slots_[i].at) != member_id)) {
    i = (i + 1) & mask;
  }
  return i;
}

MemberNo MemberCache::find(std::string_view member_id) const {
  if (slots_.empty()) return {};
  return member_in(slots_[slot_of(member_id, hash_of(member_id))]);
}

MemberNo MemberCache::member_in(const Slot& slot) const {
  if (slot.at == 0) return {};
  MemberNo member;
  std::memcpy(&member.value, texts_.data() + (slot.at - 1), sizeof(member.value));
  return member;
}

void MemberCache::find(std::span<MemberLookup> lookups) const {
  if (slots_.empty()) return;
  while (!lookups.empty()) {
    const std::size_t few = std::min(finds_at_once, lookups.size());
    find_few(lookups.first(few));
    lookups = lookups.subspan(few);
  }
}

// A large shop's members are not in the processor's caches: asks for all slots, then for all texts,
// before the first is needed.
void MemberCache::find_few(std::span<MemberLookup> lookups) const {
  const std::size_t mask = slots_.size() - 1;
  std::array<std::uint64_t, finds_at_once> hashes;
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    hashes[i] = hash_of(lookups[i].member_id);
    __builtin_prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    std::size_t slot = hashes[i] & mask;
    while (slots_[slot].at != 0 && slots_[slot].tag != tag_of(hashes[i])) slot = (slot + 1) & mask;
    if (slots_[slot].at != 0) __builtin_prefetch(texts_.data() + (slots_[slot].at - 1));
  }
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    lookups[i].found = member_in(slots_[slot_of(lookups[i].member_id, hashes[i])]);
  }
}

void MemberCache::grow() {
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? slots_min : old.size() * 2, {});
  for (const Slot& slot : old) {
    if (slot.at == 0) continue;
    const std::string_view id = text_at(slot.at);
    slots_[slot_of(id, hash_of(id))] = slot;
  }
}

void MemberCache::put(std::string_view member_id, MemberNo member) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  const std::uint64_t hash = hash_of(member_id);
  Slot& slot = slots_[slot_of(member_id, hash)];
  if (slot.at != 0) {
    std::memcpy(texts_.data() + (slot.at - 1), &member.value, sizeof(member.value));
    return;
  }
  slot = {tag_of(hash), static_cast<std::uint32_t>(texts_.size() + 1)};
  ++used_;
  const auto size = static_cast<std::uint16_t>(member_id.size());
  texts_.append(reinterpret_cast<const char*>(&member.value), sizeof(member.value));
  texts_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  texts_.append(member_id);
  if (bytes() != counted_bytes_) count_bytes();
}

void MemberCache::clear() {
  std::vector<Slot>().swap(slots_);
  std::string().swap(texts_);  // an assignment would keep the memory
  used_ = 0;
  is_complete_ = false;
  count_bytes();
}

}  // namespace message_history::sqlite
