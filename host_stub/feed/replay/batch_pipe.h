// Hands batches from the thread that parses to the thread that applies, and empty ones back.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/outcome.h"
#include "feed/event_batch.h"

namespace host_stub {

// One producer, one consumer. Holds all batches; the pointers it hands out stay its own.
class BatchPipe {
 public:
  explicit BatchPipe(size_t batch_count) : batches_(batch_count) {
    for (EventBatch& batch : batches_) empty_.push_back(&batch);
  }

  // Producer: waits for an empty batch; NULL when the consumer has given up.
  EventBatch* take_empty() {
    const crm::Lock lock(mutex_);
    while (empty_.empty() && !abandoned_) changed_.wait(mutex_);
    if (abandoned_) return nullptr;
    EventBatch* const batch = empty_.front();
    empty_.pop_front();
    return batch;
  }

  void put_filled(EventBatch* batch) {
    const crm::Lock lock(mutex_);
    filled_.push_back(batch);
    changed_.notify_all();
  }

  // Producer: nothing follows; `error` says why when the feed did not end well.
  void finish(std::optional<crm::Error> error) {
    const crm::Lock lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  // Consumer: waits for a batch; NULL after the last one.
  EventBatch* take_filled() {
    const crm::Lock lock(mutex_);
    while (filled_.empty() && !finished_) changed_.wait(mutex_);
    if (filled_.empty()) return nullptr;
    EventBatch* const batch = filled_.front();
    filled_.pop_front();
    return batch;
  }

  void give_back(EventBatch* batch) {
    const crm::Lock lock(mutex_);
    empty_.push_back(batch);
    changed_.notify_all();
  }

  // Consumer: lets the producer end early.
  void abandon() {
    const crm::Lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }

  // After the producer ended: why, when it was not the feed's end.
  std::optional<crm::Error> error() const {
    const crm::Lock lock(mutex_);
    return error_;
  }

 private:
  mutable crm::Mutex mutex_;
  crm::Condition changed_;
  std::vector<EventBatch> batches_;  // each is of whoever took it
  std::deque<EventBatch*> empty_ CRM_GUARDED_BY(mutex_);
  std::deque<EventBatch*> filled_ CRM_GUARDED_BY(mutex_);
  bool finished_ CRM_GUARDED_BY(mutex_) = false;
  bool abandoned_ CRM_GUARDED_BY(mutex_) = false;
  std::optional<crm::Error> error_ CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
