// The living members by id, in the process's memory: nearly every event names one.
//
// Holds all of a shop's members, so that an id which is not here is new, unless they take more than
// `member_cache_bytes_max`: then the newest of them. Where the caches of all shops together use up
// their share of the memory budget, it holds those met lately. One thread a cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/memory_budget.h"
#include "store/store.h"

namespace message_history::sqlite {

// About five million members; a quarter more for a while is within the share of all caches.
inline constexpr std::size_t member_cache_bytes_max = 192 * mebibyte;

class MemberCache {
 public:
  explicit MemberCache(std::size_t bytes_max = member_cache_bytes_max) : bytes_max_(bytes_max) {}
  ~MemberCache() { clear(); }
  MemberCache(const MemberCache&) = delete;
  MemberCache& operator=(const MemberCache&) = delete;

  MemberNo find(std::string_view member_id) const;  // none when not here
  // Fills `found` of each; waits for the memory of several of them at once.
  void find(std::span<MemberLookup> lookups) const;
  void put(std::string_view member_id, MemberNo member);
  // Who is here already, else `next`, who is put.
  MemberNo find_or_put(std::string_view member_id, MemberNo next);
  // The id is nobody's any more: leaves nothing of it in memory.
  void remove(std::string_view member_id);
  void clear();
  // No more should be put than has to be.
  bool is_full() const { return bytes() > bytes_max_ || gives_way(); }
  // Has grown by a quarter beyond that: time to start over.
  bool is_oversized() const { return bytes() > bytes_max_ + bytes_max_ / 4; }
  // The caches of all shops are too large: time to empty it.
  bool gives_way() const { return memory_.gives_way(); }

  // Whether an id that is not here is nobody's.
  bool is_complete() const { return is_complete_; }
  void set_complete(bool complete) { is_complete_ = complete; }

 private:
  struct Slot {
    std::uint32_t tag = 0;  // of the hash; its low bits say where the slot should be
    std::uint32_t at = 0;   // in texts_, plus one; 0: free
  };

  std::size_t bytes() const { return texts_.capacity() + slots_.size() * sizeof(Slot); }
  std::size_t slot_of(std::string_view member_id, std::uint32_t tag) const;
  Slot& slot_for(std::string_view member_id);
  void put_in(Slot& slot, std::string_view member_id, MemberNo member);
  std::string_view text_at(std::uint32_t at) const;
  MemberNo member_in(const Slot& slot) const;
  void find_few(std::span<MemberLookup> lookups) const;
  void grow();
  void make_room(std::size_t bytes);

  std::size_t bytes_max_;
  std::vector<Slot> slots_;  // a power of two, at most three quarters in use
  std::size_t used_ = 0;
  bool is_complete_ = false;
  MemoryPart memory_{member_caches_memory};
  std::string texts_;  // member as 8 bytes, size as 2 bytes, id
};

}  // namespace message_history::sqlite
