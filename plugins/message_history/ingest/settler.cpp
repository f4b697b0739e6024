#include "ingest/settler.h"

#include <crm/cpp/failure.hpp>
#include <exception>

#include "platform/quiet_thread.h"
#include "tenant/scrubbing.h"
#include "tenant/settling.h"

namespace message_history {

void Settler::add(Tenant& tenant) noexcept {
  try {
    const bool is_group = tenant.backlog.events() >= settler_group_events;
    add(tenant.reader().facts().tenant, is_group ? Clock::duration::zero() : settler_delay, false);
  } catch (const std::exception& failure) {
    tenant.is_stuck = true;
    calls_.log(failure.what());
  }
}

Settler::Turns::value_type& Settler::turn_of(const std::string& name) {
  if (const auto known = turns_.find(name); known != turns_.end()) return *known;
  Queue one;
  one.emplace();
  Turns::value_type& turn = *turns_.try_emplace(name).first;
  turn.second.place = one.extract(one.begin());
  return turn;
}

void Settler::put_in_queue(Turns::value_type& turn) {
  turn.second.place.value() = {turn.second.due, &turn};
  queue_.insert(std::move(turn.second.place));
}

void Settler::take_from_queue(Turns::value_type& turn) {
  turn.second.place = queue_.extract({turn.second.due, &turn});
}

// A turn that waits already comes at the earlier of both times.
void Settler::add(const std::string& name, Clock::duration delay, bool is_quiet) {
  const auto now = Clock::now();
  const crm::Lock lock(mutex_);
  if (stopping_) return;
  Turns::value_type& entry = turn_of(name);
  Turn& turn = entry.second;
  if (turn.is_waiting && turn.due <= now + delay) return;
  const bool was_due = turn.is_waiting && turn.due <= now;
  if (turn.is_waiting && !turn.is_under_way) take_from_queue(entry);
  turn.due = now + delay;
  turn.is_waiting = true;
  turn.is_quiet = is_quiet;
  if (!turn.is_under_way) put_in_queue(entry);
  if (idle_threads_ == 0 && threads_.size() < settler_threads) start_thread();
  if (!was_due) changed_.notify_one();
}

// One thread is enough; without any, nobody settles.
void Settler::start_thread() {
  try {
    threads_.reserve(settler_threads);
    threads_.push_back(quiet_thread([this] { run(); }));
  } catch (const std::exception&) {
    if (threads_.empty()) throw;
  }
}

void Settler::stop() {
  std::vector<std::jthread> threads;
  {
    const crm::Lock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    changed_.notify_all();
  }
  threads.clear();  // joins
  const crm::Lock lock(mutex_);
  queue_.clear();
  turns_.clear();
}

Settler::Job Settler::next_job() {
  const crm::Lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      ++idle_threads_;
      changed_.wait(mutex_);
      --idle_threads_;
      continue;
    }
    const auto [due, turn] = *queue_.begin();
    if (due > Clock::now()) {
      ++idle_threads_;
      changed_.wait_until(mutex_, due);
      --idle_threads_;
      continue;
    }
    take_from_queue(*turn);
    turn->second.is_waiting = false;
    turn->second.is_under_way = true;
    return {turn, turn->second.is_quiet};
  }
  return {};
}

// Events added meanwhile come next, after those who wait for longer.
void Settler::end(const Job& job) {
  const crm::Lock lock(mutex_);
  Turn& turn = job.turn->second;
  turn.is_under_way = false;
  if (!turn.is_waiting) {
    turns_.erase(turns_.find(job.name()));
    return;
  }
  put_in_queue(*job.turn);
  changed_.notify_one();
}

void Settler::run() noexcept {
  while (true) {
    const Job job = next_job();
    if (job.turn == nullptr) return;
    work_for(job);
    end(job);
  }
}

// A tenant that was closed meanwhile was settled first.
void Settler::work_for(const Job& job) noexcept {
  std::shared_ptr<Tenant> tenant;
  try {
    tenant = calls_.find(job.name());
    if (tenant) settle(*tenant, job);
  } catch (const std::exception& failure) {
    calls_.log(failure.what());
    if (tenant) {
      tenant->is_stuck = true;
    } else {
      add(job.name(), settler_quiet, false);  // its turn is there already: cannot fail
    }
  }
}

// What fails here is tried again after the next batches.
bool Settler::tidies_on(Tenant& tenant) {
  try {
    return tidy_some(tenant);
  } catch (const crm::Failure& failure) {
    calls_.log(std::string("the store could not be tidied up: ") + failure.what());
    return false;
  }
}

// Not at every turn: an attempt waits a little for readers. What fails is tried again as well, only
// later.
Settler::Clock::duration Settler::scrubs_again_in(Tenant& tenant) {
  if (!tenant.is_scrub_pending) return {};
  if (const auto due_in = scrub_due_in(tenant); due_in > Clock::duration::zero()) return due_in;
  Clock::duration pause = scrub_pause;
  try {
    scrub_some(tenant);
  } catch (const std::exception& failure) {
    calls_.log(std::string("erased ids could not be taken out of the files: ") + failure.what());
    pause = scrub_pause_after_failure;
  }
  put_off_scrub(tenant, pause);
  return tenant.is_scrub_pending ? pause : Clock::duration{};
}

// What a reader settled before this thread came is no quiet either.
void Settler::settle(Tenant& tenant, const Job& job) {
  const bool is_quiet = job.is_quiet && tenant.backlog.empty();
  settle_some(tenant, {.breaks_off = [this] { return is_stopping(); }});
  // Two steps for each chunk that was settled: what is too old goes as fast, however large groups
  // get and whoever settles them.
  std::size_t steps = 1 + 2 * (tenant.events_since_sweep.exchange(0) / settled_chunk_events);
  bool sweeps_on = true;
  for (; sweeps_on && steps > 0 && !is_stopping(); --steps) sweeps_on = calls_.sweep(tenant);
  const Clock::duration scrub_in = scrubs_again_in(tenant);
  if (!tenant.backlog.empty()) return add(tenant);
  empty_journal(tenant);
  if (sweeps_on) return add(job.name(), settler_pause, is_quiet);
  if (!is_quiet) return add(job.name(), settler_quiet, true);
  if (tidies_on(tenant)) return add(job.name(), settler_pause, true);
  if (scrub_in > Clock::duration::zero()) add(job.name(), scrub_in, true);
}

}  // namespace message_history
