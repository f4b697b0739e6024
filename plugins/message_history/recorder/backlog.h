// Batches that are durable in the journal and wait to be settled in the database, in order.
//
// [any] thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace message_history {

// What one transaction settles at most, of which so much at a time; and what may wait before
// whoever records has to help.
inline constexpr std::size_t settled_events_max = 65'536;
inline constexpr std::size_t settled_chunk_events = 16'384;
inline constexpr std::size_t backlog_events_max = 131'072;
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

  // `number` is its record's in the journal: it is durable, so that this must not fail.
  void add(PlacedBatch batch, std::uint64_t number) noexcept {
    batch.batch().number = number;
    const std::lock_guard lock(mutex_);
    events_ += batch.batch().events;
    bytes_ += batch.batch().payload.size();
    last_ = number;
    batches_.splice(batches_.end(), batch.place_);
  }

  // The oldest, at least one if there is any. They stay until they are removed.
  Batches oldest(std::size_t events_max) const {
    const std::lock_guard lock(mutex_);
    Batches oldest;
    std::size_t events = 0;
    for (const auto& batch : batches_) {
      events += batch->events;
      if (!oldest.empty() && events > events_max) break;
      oldest.push_back(batch);
    }
    return oldest;
  }

  void remove_oldest(std::size_t count) noexcept {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      events_ -= batches_.front()->events;
      bytes_ -= batches_.front()->payload.size();
      batches_.pop_front();
    }
  }

  bool empty() const {
    const std::lock_guard lock(mutex_);
    return batches_.empty();
  }
  std::size_t events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  bool is_full() const {
    const std::lock_guard lock(mutex_);
    return events_ >= backlog_events_max || bytes_ >= backlog_bytes_max;
  }
  // Whether the batch with this number, or one before it, waits.
  bool holds_up_to(std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    return !batches_.empty() && batches_.front()->number <= number;
  }
  std::uint64_t last_number() const {  // ever added; 0: none
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<JournaledBatch>> batches_;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace message_history
