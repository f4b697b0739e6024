// The memory budget of the process: what all open tenants together may keep, by what it is for.
//
// The plugin lives in somebody else's process, so one stated sum bounds it: `memory_bytes_max`.
// Each kind has a share. A part that counts towards a share gives way, by emptying itself or by
// making its user wait, while the share is used up; small parts never have to. [any] thread may
// read a share; a part is its owner's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace message_history {

inline constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Living members by their ids.
inline constexpr std::size_t member_caches_bytes_max = 240 * mebibyte;
// Batches that are durable and wait to be settled.
inline constexpr std::size_t backlogs_bytes_max = 64 * mebibyte;
// Filters that tell which runs need not be read.
inline constexpr std::size_t filters_bytes_max = 96 * mebibyte;
// The highest delivery ids of messages.
inline constexpr std::size_t highest_ids_bytes_max = 32 * mebibyte;
// Pages of databases that are kept from one transaction to the next.
inline constexpr std::size_t kept_pages_bytes_max = 64 * mebibyte;
// Room for entries of trees that is kept likewise.
inline constexpr std::size_t kept_entries_bytes_max = 32 * mebibyte;
// An open store with its prepared statements, whatever it holds.
inline constexpr std::size_t open_store_bytes = 400 * 1024;
inline constexpr std::size_t open_stores_max = 1'024;
// Of one transaction: pages, and the events that are settled in it.
inline constexpr std::size_t transaction_bytes_max = 32 * mebibyte;
inline constexpr std::size_t transactions_at_once = 2;

inline constexpr std::size_t memory_bytes_max =
    member_caches_bytes_max + backlogs_bytes_max + filters_bytes_max + highest_ids_bytes_max +
    kept_pages_bytes_max + kept_entries_bytes_max + open_stores_max * open_store_bytes +
    transactions_at_once * transaction_bytes_max;
static_assert(memory_bytes_max <= 1'024 * mebibyte);

class MemoryShare {
 public:
  // `part_bytes_min`: a part of this size may always be.
  constexpr MemoryShare(std::size_t bytes_max, std::size_t part_bytes_min)
      : bytes_max_(bytes_max), part_bytes_min_(part_bytes_min) {}

  bool is_used_up() const { return bytes_.load(std::memory_order_relaxed) > bytes_max_; }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t part_bytes_min() const { return part_bytes_min_; }

 private:
  friend class MemoryPart;
  std::atomic<std::size_t> bytes_ = 0;
  const std::size_t bytes_max_;
  const std::size_t part_bytes_min_;
};

// One owner's part of a share. As thread-safe as its owner.
class MemoryPart {
 public:
  explicit MemoryPart(MemoryShare& share) : share_(share) {}
  ~MemoryPart() { set(0); }
  MemoryPart(const MemoryPart&) = delete;
  MemoryPart& operator=(const MemoryPart&) = delete;

  void set(std::size_t bytes) {
    if (bytes == bytes_) return;
    // Wraps around where it shrinks.
    share_.bytes_.fetch_add(bytes - bytes_, std::memory_order_relaxed);
    bytes_ = bytes;
  }
  std::size_t bytes() const { return bytes_; }
  // The share is used up, and this part is more than every part may have.
  bool gives_way() const { return bytes_ > share_.part_bytes_min_ && share_.is_used_up(); }

 private:
  MemoryShare& share_;
  std::size_t bytes_ = 0;
};

inline MemoryShare member_caches_memory{member_caches_bytes_max,
                                        member_caches_bytes_max / open_stores_max};
inline MemoryShare backlogs_memory{backlogs_bytes_max, 0};
inline MemoryShare filters_memory{filters_bytes_max, 0};
inline MemoryShare highest_ids_memory{highest_ids_bytes_max, 16 * 1'024};
inline std::atomic<std::size_t> open_stores = 0;

// A store's part of what all open ones may keep between two transactions.
inline std::size_t part_of_a_store(std::size_t bytes_max) {
  return bytes_max / std::max<std::size_t>(open_stores, 1);
}

// Counts the store that it is a member of.
class OpenStoreCount {
 public:
  OpenStoreCount() { ++open_stores; }
  ~OpenStoreCount() { --open_stores; }
  OpenStoreCount(const OpenStoreCount&) = delete;
  OpenStoreCount& operator=(const OpenStoreCount&) = delete;
};

}  // namespace message_history
