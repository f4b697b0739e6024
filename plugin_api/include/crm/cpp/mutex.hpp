// A mutex whose discipline Clang checks at compile time (-Wthread-safety): the standard library's
// has no such annotations. Other compilers ignore them.
//
// CRM_GUARDED_BY(mutex) on a member, CRM_REQUIRES(mutex) on a function whose caller holds it,
// CRM_EXCLUDES(mutex) on one whose caller does not. A condition is waited for in a loop that reads
// the guarded members itself; a lambda would not be checked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define CRM_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define CRM_THREAD_SAFETY(attribute)
#endif

#define CRM_CAPABILITY(name) CRM_THREAD_SAFETY(capability(name))
#define CRM_SCOPED_CAPABILITY CRM_THREAD_SAFETY(scoped_lockable)
#define CRM_GUARDED_BY(mutex) CRM_THREAD_SAFETY(guarded_by(mutex))
#define CRM_PT_GUARDED_BY(mutex) CRM_THREAD_SAFETY(pt_guarded_by(mutex))
#define CRM_ACQUIRED_AFTER(...) CRM_THREAD_SAFETY(acquired_after(__VA_ARGS__))
#define CRM_REQUIRES(...) CRM_THREAD_SAFETY(requires_capability(__VA_ARGS__))
#define CRM_ACQUIRE(...) CRM_THREAD_SAFETY(acquire_capability(__VA_ARGS__))
#define CRM_TRY_ACQUIRE(...) CRM_THREAD_SAFETY(try_acquire_capability(__VA_ARGS__))
#define CRM_RELEASE(...) CRM_THREAD_SAFETY(release_capability(__VA_ARGS__))
#define CRM_EXCLUDES(...) CRM_THREAD_SAFETY(locks_excluded(__VA_ARGS__))
#define CRM_RETURN_CAPABILITY(mutex) CRM_THREAD_SAFETY(lock_returned(mutex))
#define CRM_NO_THREAD_SAFETY_ANALYSIS CRM_THREAD_SAFETY(no_thread_safety_analysis)

namespace crm {

class CRM_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() CRM_ACQUIRE() { mutex_.lock(); }
  void unlock() CRM_RELEASE() { mutex_.unlock(); }
  bool try_lock() CRM_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

// Holds a mutex for as long as it lives, but for the time between unlock() and lock().
template <class AnyMutex>
class CRM_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(AnyMutex& mutex) CRM_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  // Takes over a mutex that the caller holds, after a try_lock().
  Lock(AnyMutex& mutex, std::adopt_lock_t) CRM_REQUIRES(mutex) : mutex_(mutex) {}
  ~Lock() CRM_RELEASE() {
    if (is_held_) mutex_.unlock();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void unlock() CRM_RELEASE() {
    mutex_.unlock();
    is_held_ = false;
  }
  void lock() CRM_ACQUIRE() {
    mutex_.lock();
    is_held_ = true;
  }

 private:
  AnyMutex& mutex_;
  bool is_held_ = true;
};

// Waits for a change of what a mutex guards. Both waits may also return without any.
class Condition {
 public:
  void wait(Mutex& mutex) CRM_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    changed_.wait(lock);
    lock.release();  // the caller goes on holding it
  }
  template <class Clock, class Duration>
  void wait_until(Mutex& mutex, const std::chrono::time_point<Clock, Duration>& end)
      CRM_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    changed_.wait_until(lock, end);
    lock.release();
  }
  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

 private:
  std::condition_variable changed_;
};

}  // namespace crm
