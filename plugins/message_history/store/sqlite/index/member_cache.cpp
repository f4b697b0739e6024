#include "store/sqlite/index/member_cache.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

namespace message_history::sqlite {

namespace {

constexpr std::size_t head_bytes = sizeof(std::int64_t) + sizeof(std::uint16_t);
constexpr std::size_t slots_min = 1'024;
constexpr std::size_t finds_at_once = 16;
// Texts grow by as much as they are, but not by more than this: five million members should fit.
constexpr std::size_t texts_step_max = std::size_t{8} << 20;

std::uint32_t tag_of(std::string_view id) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(id) >> 32);
}

// Members are looked up in no order, and finding the page costs more than reading from it. Only a
// wish: what the kernel says to it makes no difference.
void wish_for_large_pages(const void* memory, std::size_t bytes) {
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace

std::string_view MemberCache::text_at(std::uint32_t at) const {
  const char* entry = texts_.data() + (at - 1);
  std::uint16_t size = 0;
  std::memcpy(&size, entry + sizeof(std::int64_t), sizeof(size));
  return {entry + head_bytes, size};
}

// Where the id is, or the free slot where it would be.
std::size_t MemberCache::slot_of(std::string_view member_id, std::uint32_t tag) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = tag & mask;
  while (slots_[i].at != 0 && (slots_[i].tag != tag || text_at(slots_[i].at) != member_id)) {
    i = (i + 1) & mask;
  }
  return i;
}

MemberNo MemberCache::find(std::string_view member_id) const {
  if (slots_.empty()) return {};
  return member_in(slots_[slot_of(member_id, tag_of(member_id))]);
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
  std::array<std::uint32_t, finds_at_once> tags;
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    tags[i] = tag_of(lookups[i].member_id);
    __builtin_prefetch(&slots_[tags[i] & mask]);
  }
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    std::size_t slot = tags[i] & mask;
    while (slots_[slot].at != 0 && slots_[slot].tag != tags[i]) slot = (slot + 1) & mask;
    if (slots_[slot].at != 0) __builtin_prefetch(texts_.data() + (slots_[slot].at - 1));
  }
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    lookups[i].found = member_in(slots_[slot_of(lookups[i].member_id, tags[i])]);
  }
}

// Without a look at the ids, which lie anywhere.
void MemberCache::grow() {
  const std::size_t slots = slots_.empty() ? slots_min : slots_.size() * 2;
  std::vector<Slot> larger;
  larger.reserve(slots);
  wish_for_large_pages(larger.data(), slots * sizeof(Slot));
  larger.resize(slots);
  for (const Slot& slot : slots_) {
    if (slot.at == 0) continue;
    std::size_t i = slot.tag & (slots - 1);
    while (larger[i].at != 0) i = (i + 1) & (slots - 1);
    larger[i] = slot;
  }
  slots_.swap(larger);
}

// Where the id is, or a free slot for it with its tag.
MemberCache::Slot& MemberCache::slot_for(std::string_view member_id) {
  if ((used_ + 1) * 4 > slots_.size() * 3) grow();
  const std::uint32_t tag = tag_of(member_id);
  Slot& slot = slots_[slot_of(member_id, tag)];
  slot.tag = tag;
  return slot;
}

void MemberCache::put(std::string_view member_id, MemberNo member) {
  put_in(slot_for(member_id), member_id, member);
}

MemberNo MemberCache::find_or_put(std::string_view member_id, MemberNo next) {
  Slot& slot = slot_for(member_id);
  if (const MemberNo known = member_in(slot)) return known;
  put_in(slot, member_id, next);
  return next;
}

void MemberCache::make_room(std::size_t bytes) {
  if (texts_.capacity() - texts_.size() >= bytes) return;
  std::string larger;
  larger.reserve(texts_.capacity() + std::min(texts_.capacity(), texts_step_max) + bytes);
  wish_for_large_pages(larger.data(), larger.capacity());
  larger.append(texts_);
  texts_.swap(larger);
}

void MemberCache::put_in(Slot& slot, std::string_view member_id, MemberNo member) {
  if (slot.at != 0) {
    std::memcpy(texts_.data() + (slot.at - 1), &member.value, sizeof(member.value));
    return;
  }
  make_room(head_bytes + member_id.size());
  slot.at = static_cast<std::uint32_t>(texts_.size() + 1);
  ++used_;
  const auto size = static_cast<std::uint16_t>(member_id.size());
  texts_.append(reinterpret_cast<const char*>(&member.value), sizeof(member.value));
  texts_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  texts_.append(member_id);
  memory_.set(bytes());
}

// The slot stays in use, by an id of as many zeros: ids that were put after it are looked for
// beyond it.
void MemberCache::remove(std::string_view member_id) {
  if (slots_.empty()) return;
  const Slot& slot = slots_[slot_of(member_id, tag_of(member_id))];
  if (slot.at == 0) return;
  constexpr MemberNo nobody;
  char* const entry = texts_.data() + (slot.at - 1);
  std::memcpy(entry, &nobody.value, sizeof(nobody.value));
  std::fill_n(entry + head_bytes, member_id.size(), '\0');
}

void MemberCache::clear() {
  std::vector<Slot>().swap(slots_);
  std::string().swap(texts_);  // an assignment would keep the memory
  used_ = 0;
  is_complete_ = false;
  memory_.set(0);
}

}  // namespace message_history::sqlite
