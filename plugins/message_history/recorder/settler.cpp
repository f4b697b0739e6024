#include "recorder/settler.h"

#include <algorithm>
#include <crm/cpp/failure.hpp>
#include <exception>
#include <string>
#include <utility>

#include "recorder/settling.h"
#include "threads/quiet_thread.h"

namespace message_history {

void Settler::add(const std::shared_ptr<Tenant>& tenant) {
  const bool is_group = tenant->backlog.events() >= settler_group_events;
  add(tenant, is_group ? Clock::duration::zero() : settler_delay, false);
}

void Settler::add(const std::shared_ptr<Tenant>& tenant, Clock::duration delay, bool is_quiet) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  const auto now = Clock::now();
  Waiting& waiting = waiting_[tenant.get()];
  const bool comes_first = waiting.tenant.expired() || now + delay < waiting.due;
  // What is due already needs no one to be woken.
  const bool was_due = !waiting.tenant.expired() && waiting.due <= now;
  if (comes_first) waiting = {tenant, now + delay, is_quiet};
  if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
  if (comes_first && !was_due) changed_.notify_one();
}

void Settler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  waiting_.clear();
}

Settler::Due Settler::next_due(std::unique_lock<std::mutex>& lock) {
  while (!stopping_) {
    const auto first =
        std::ranges::min_element(waiting_, {}, [](const auto& entry) { return entry.second.due; });
    if (first == waiting_.end()) {
      changed_.wait(lock);
    } else if (first->second.due > Clock::now()) {
      changed_.wait_until(lock, first->second.due);
    } else {
      Due due{first->second.tenant.lock(), first->second.is_quiet};
      waiting_.erase(first);
      if (due.tenant) return due;
    }
  }
  return {};
}

void Settler::run() {
  std::unique_lock lock(mutex_);
  while (Due due = next_due(lock)) {
    lock.unlock();
    settle(due);
    due.tenant.reset();  // which may close it: not under the lock
    lock.lock();
  }
}

// What fails here is tried again after the next batches.
bool Settler::tidies_on(Tenant& tenant) {
  try {
    return tidy_some(tenant);
  } catch (const crm::Failure& failure) {
    log_(std::string("the store could not be tidied up: ") + failure.what());
    return false;
  }
}

// What a reader settled before this thread came is no quiet either.
void Settler::settle(const Due& due) {
  const std::shared_ptr<Tenant>& tenant = due.tenant;
  try {
    const bool is_quiet = due.is_quiet && tenant->backlog.empty();
    settle_some(*tenant);
    // Two steps for each chunk that was settled: what is too old goes as fast, however large groups
    // get and whoever settles them.
    std::size_t steps = 1 + 2 * (tenant->events_since_sweep.exchange(0) / settled_chunk_events);
    bool sweeps_on = true;
    for (; sweeps_on && steps > 0; --steps) sweeps_on = sweep_(*tenant);
    if (!tenant->backlog.empty()) return add(tenant);
    empty_journal(*tenant);
    if (sweeps_on) return add(tenant, settler_pause, is_quiet);
    if (!is_quiet) return add(tenant, settler_quiet, true);
    if (tidies_on(*tenant)) add(tenant, settler_pause, true);
  } catch (const std::exception& failure) {
    tenant->is_stuck = true;
    log_(failure.what());
  }
}

}  // namespace message_history
