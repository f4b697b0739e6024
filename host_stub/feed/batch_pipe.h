// Hands batches from the thread that parses to the thread that applies, and empty ones back.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "feed/event_batch.h"
#include "outcome.h"

namespace host_stub {

// One producer, one consumer. Holds all batches; the pointers it hands out stay its own.
class BatchPipe {
 public:
  explicit BatchPipe(size_t batch_count) : batches_(batch_count) {
    for (EventBatch& batch : batches_) empty_.push_back(&batch);
  }

  // Producer: waits for an empty batch; NULL when the consumer has given up.
  EventBatch* take_empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !empty_.empty() || abandoned_; });
    if (abandoned_) return nullptr;
    EventBatch* const batch = empty_.front();
    empty_.pop_front();
    return batch;
  }

  void put_filled(EventBatch* batch) {
    const std::lock_guard lock(mutex_);
    filled_.push_back(batch);
    changed_.notify_all();
  }

  // Producer: nothing follows; `error` says why when the feed did not end well.
  void finish(std::optional<crm::Error> error) {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  // Consumer: waits for a batch; NULL after the last one.
  EventBatch* take_filled() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !filled_.empty() || finished_; });
    if (filled_.empty()) return nullptr;
    EventBatch* const batch = filled_.front();
    filled_.pop_front();
    return batch;
  }

  void give_back(EventBatch* batch) {
    const std::lock_guard lock(mutex_);
    empty_.push_back(batch);
    changed_.notify_all();
  }

  // Consumer: lets the producer end early.
  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }

  // After the producer ended: why, when it was not the feed's end.
  std::optional<crm::Error> error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EventBatch> batches_;
  std::deque<EventBatch*> empty_;
  std::deque<EventBatch*> filled_;
  bool finished_ = false;
  bool abandoned_ = false;
  std::optional<crm::Error> error_;
};

}  // namespace host_stub
