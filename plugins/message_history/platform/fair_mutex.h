// A mutex that is given to the thread that has waited longest: a thread that takes it again and
// again, to record or to drop, does not keep the others out.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstdint>

namespace message_history {

class CRM_CAPABILITY("mutex") FairMutex {
 public:
  FairMutex() = default;
  FairMutex(const FairMutex&) = delete;
  FairMutex& operator=(const FairMutex&) = delete;

  void lock() CRM_ACQUIRE() {
    const crm::Lock state(mutex_);
    const std::uint64_t ticket = next_++;
    while (serving_ != ticket) served_.wait(mutex_);
  }
  bool try_lock() CRM_TRY_ACQUIRE(true) {
    const crm::Lock state(mutex_);
    if (serving_ != next_) return false;
    ++next_;
    return true;
  }
  void unlock() CRM_RELEASE() {
    const crm::Lock state(mutex_);
    ++serving_;
    served_.notify_all();  // under the lock: who comes next may destroy this at once
  }

 private:
  crm::Mutex mutex_;
  crm::Condition served_;
  std::uint64_t next_ CRM_GUARDED_BY(mutex_) = 0;     // the ticket for who comes next
  std::uint64_t serving_ CRM_GUARDED_BY(mutex_) = 0;  // whose holder has the mutex, or may take it
};

}  // namespace message_history
