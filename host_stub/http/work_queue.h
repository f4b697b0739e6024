// A fixed number of threads that work off requests; slow ones never take all of them.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "http/worker_thread.h"

namespace host_stub::http {

// A slow route may wait for others or for a disk: for its turn with a source, or for an export.
enum class Lane : uint8_t { quick, slow };

// Thread-safe.
class WorkQueue {
 public:
  struct Settings {
    size_t workers = 1;
    size_t slow_workers_max = 1;  // at work in the slow lane at the same time
    size_t waiting_max = 1;       // of each lane
  };
  using Work = std::function<void()>;  // throws nothing

  // Throws std::system_error when there are not so many threads to be had.
  explicit WorkQueue(const Settings& settings);
  // Everything that waits is worked off before it returns.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // False, and the work is not done, when too much waits already.
  bool add(Lane lane, Work work);

 private:
  void run();
  void end();
  std::deque<Work>* next_lane() CRM_REQUIRES(mutex_);

  const Settings settings_;
  crm::Mutex mutex_;
  crm::Condition changed_;
  std::deque<Work> quick_ CRM_GUARDED_BY(mutex_);
  std::deque<Work> slow_ CRM_GUARDED_BY(mutex_);
  size_t slow_workers_ CRM_GUARDED_BY(mutex_) = 0;
  bool is_ending_ CRM_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<WorkerThread>> threads_;  // last, since they use the others
};

}  // namespace host_stub::http
