#include "http/work_queue.h"

#include <utility>

namespace host_stub::http {

WorkQueue::WorkQueue(const Settings& settings) : settings_(settings) {
  try {
    for (size_t i = 0; i < settings_.workers; ++i) {
      threads_.push_back(std::make_unique<WorkerThread>([this] { run(); }));
    }
  } catch (...) {
    end();  // those that were started wait for work
    throw;
  }
}

WorkQueue::~WorkQueue() {
  end();
}

void WorkQueue::end() {
  {
    const crm::Lock lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }
  threads_.clear();
}

bool WorkQueue::add(Lane lane, Work work) {
  const crm::Lock lock(mutex_);
  auto& waiting = lane == Lane::slow ? slow_ : quick_;
  if (waiting.size() >= settings_.waiting_max) return false;
  waiting.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

std::deque<WorkQueue::Work>* WorkQueue::next_lane() {
  if (!quick_.empty()) return &quick_;
  if (!slow_.empty() && slow_workers_ < settings_.slow_workers_max) return &slow_;
  return nullptr;
}

void WorkQueue::run() {
  crm::Lock lock(mutex_);
  for (;;) {
    std::deque<Work>* const lane = next_lane();
    if (lane == nullptr) {
      if (is_ending_ && quick_.empty() && slow_.empty()) return;
      changed_.wait(mutex_);
      continue;
    }
    Work work = std::move(lane->front());
    lane->pop_front();
    const bool is_slow = lane == &slow_;
    if (is_slow) ++slow_workers_;
    lock.unlock();
    work();
    work = nullptr;  // what it holds may take long to go, too
    lock.lock();
    if (!is_slow) continue;
    --slow_workers_;
    changed_.notify_all();
  }
}

}  // namespace host_stub::http
