// Batches that are durable in the journal and wait to be settled in the database, in order.
//
// [any] thread.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/memory_budget.h"

namespace message_history {

// What one transaction settles at most, of which so much at a time.
inline constexpr std::size_t settled_events_max = 65'536;
inline constexpr std::size_t settled_chunk_events = 16'384;
// Where more waits, whoever records waits a moment for each batch; two transactions' worth, so that
// the next one is whole when this one ends.
inline constexpr std::size_t backlog_events_soft_max = 2 * settled_events_max;
inline constexpr std::size_t backlog_bytes_soft_max = std::size_t{48} << 20;
// Where so much waits, whoever records has to help.
inline constexpr std::size_t backlog_events_max = 3 * settled_events_max;
inline constexpr std::size_t backlog_bytes_max = std::size_t{64} << 20;

struct JournaledBatch {
  std::uint64_t number = 0;  // of its record
  std::size_t events = 0;
  std::string payload;
};

// A batch with its place in a backlog, so that adding it needs no memory any more.
class PlacedBatch {
 public:
  PlacedBatch(std::size_t events, std::string payload) {
    place_.push_back(std::make_shared<JournaledBatch>());
    batch().events = events;
    batch().payload = std::move(payload);
  }
  std::string_view payload() const { return place_.front()->payload; }

 private:
  friend class Backlog;
  JournaledBatch& batch() { return *place_.front(); }
  std::list<std::shared_ptr<JournaledBatch>> place_;
};

class Backlog {
 public:
  using Batches = std::vector<std::shared_ptr<const JournaledBatch>>;

  // Up to record `settled` all is in the database. Before the first batch is added.
  void begin_after(std::uint64_t settled) noexcept {
    const crm::Lock lock(mutex_);
    settled_ = settled;
  }

  // `number` is its record's in the journal: it is durable, so that this must not fail.
  void add(PlacedBatch batch, std::uint64_t number) noexcept {
    batch.batch().number = number;
    const crm::Lock lock(mutex_);
    events_ += batch.batch().events;
    bytes_ += batch.batch().payload.size();
    memory_.set(bytes_);
    last_ = number;
    batches_.splice(batches_.end(), batch.place_);
  }

  // The oldest up to this number, at least one if there is any. They stay until they are removed.
  Batches oldest(std::size_t events_max,
                 std::uint64_t last_number = std::numeric_limits<std::uint64_t>::max()) const {
    const crm::Lock lock(mutex_);
    Batches oldest;
    std::size_t events = 0;
    for (const auto& batch : batches_) {
      if (batch->number > last_number) break;
      events += batch->events;
      if (!oldest.empty() && events > events_max) break;
      oldest.push_back(batch);
    }
    return oldest;
  }

  void remove_oldest(std::size_t count) noexcept {
    const crm::Lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      events_ -= batches_.front()->events;
      bytes_ -= batches_.front()->payload.size();
      settled_ = batches_.front()->number;
      batches_.pop_front();
    }
    memory_.set(bytes_);
    removed_.notify_all();
  }

  bool empty() const {
    const crm::Lock lock(mutex_);
    return batches_.empty();
  }
  std::size_t events() const {
    const crm::Lock lock(mutex_);
    return events_;
  }
  bool is_full() const {
    const crm::Lock lock(mutex_);
    return events_ >= backlog_events_max || bytes_ >= backlog_bytes_max || memory_.gives_way();
  }
  // Waits until less than the soft maximum waits, here and in all backlogs together, but not beyond
  // `end`.
  void wait_for_room(std::chrono::steady_clock::time_point end) const {
    const crm::Lock lock(mutex_);
    while (events_ >= backlog_events_soft_max || bytes_ >= backlog_bytes_soft_max ||
           memory_.gives_way()) {
      if (std::chrono::steady_clock::now() >= end) return;
      removed_.wait_until(mutex_, end);
    }
  }
  // Whether the batch with this number, or one before it, waits.
  bool holds_up_to(std::uint64_t number) const {
    const crm::Lock lock(mutex_);
    return !batches_.empty() && batches_.front()->number <= number;
  }
  std::uint64_t last_number() const {  // ever added; 0: none
    const crm::Lock lock(mutex_);
    return last_;
  }
  // Up to which record all is in the database.
  std::uint64_t settled_number() const {
    const crm::Lock lock(mutex_);
    return settled_;
  }

 private:
  mutable crm::Mutex mutex_;
  mutable crm::Condition removed_;
  std::list<std::shared_ptr<JournaledBatch>> batches_ CRM_GUARDED_BY(mutex_);
  std::size_t events_ CRM_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ CRM_GUARDED_BY(mutex_) = 0;
  std::uint64_t last_ CRM_GUARDED_BY(mutex_) = 0;
  std::uint64_t settled_ CRM_GUARDED_BY(mutex_) = 0;
  MemoryPart memory_ CRM_GUARDED_BY(mutex_){backlogs_memory};
};

}  // namespace message_history
