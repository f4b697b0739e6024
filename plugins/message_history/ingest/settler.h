// The threads that settle what was recorded, drop what is too old, and tidy up when it is quiet: a
// small pool for all tenants, in the order in which they became due, one thread a tenant at a time.
// Started when there is something to do.
//
// [any] thread may call add(). What they cannot settle stays in the journal: whoever records next
// tries again and gets the error. Waiting goes by a clock that only goes forward, whatever the
// host's does.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tenant/tenant.h"

namespace message_history {

inline constexpr std::size_t settler_threads = 2;
// Groups make settling cheap: so many events are worth a transaction at once, fewer wait so long.
inline constexpr std::size_t settler_group_events = 8'192;
inline constexpr std::chrono::milliseconds settler_delay{20};
// Between two slices of dropping, so that others get at the tenant.
inline constexpr std::chrono::milliseconds settler_pause{2};

// Without anything to settle for so long, there is time to tidy up.
inline constexpr std::chrono::milliseconds settler_quiet{1'000};

class Settler {
 public:
  struct Calls {
    std::function<void(std::string_view line)> log;  // must not throw
    // The tenant of this name, as long as it is open.
    std::function<std::shared_ptr<Tenant>(const std::string& name)> find;
    // Drops some of a tenant's old details; whether there are more.
    std::function<bool(Tenant&)> sweep;
  };
  explicit Settler(Calls calls) : calls_(std::move(calls)) {}
  ~Settler() { stop(); }
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

  // Something was added to the tenant's backlog. Where there is no thread to be had, the tenant is
  // stuck: whoever records next settles.
  void add(Tenant& tenant) noexcept;

  // Returns when the threads have ended, which is when each is done with the chunk of events or the
  // slice it is at; what waits, goes on waiting.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Turn;
  using Turns = std::unordered_map<std::string, Turn>;
  using Queue = std::set<std::pair<Clock::time_point, Turns::value_type*>>;
  // When a tenant's turn comes.
  struct Turn {
    Clock::time_point due;
    Queue::node_type place;  // while it is not in the queue, which so never fails to take it
    bool is_waiting = false;
    bool is_quiet = false;      // nothing was added since it was settled
    bool is_under_way = false;  // a thread works for the tenant
  };
  struct Job {
    Turns::value_type* turn = nullptr;  // NULL when the thread is to end
    bool is_quiet = false;
    const std::string& name() const { return turn->first; }
  };

  void add(const std::string& name, Clock::duration delay, bool is_quiet);
  Turns::value_type& turn_of(const std::string& name) CRM_REQUIRES(mutex_);
  void put_in_queue(Turns::value_type& turn) CRM_REQUIRES(mutex_);
  void take_from_queue(Turns::value_type& turn) CRM_REQUIRES(mutex_);
  void start_thread() CRM_REQUIRES(mutex_);
  bool is_stopping() const {
    const crm::Lock lock(mutex_);
    return stopping_;
  }
  void run() noexcept;
  Job next_job();
  void end(const Job& job);
  void work_for(const Job& job) noexcept;
  void settle(Tenant& tenant, const Job& job);
  bool tidies_on(Tenant& tenant);
  // Zero: nothing is left of erased ids.
  Clock::duration scrubs_again_in(Tenant& tenant);

  const Calls calls_;
  mutable crm::Mutex mutex_;
  crm::Condition changed_;
  Turns turns_ CRM_GUARDED_BY(mutex_);
  Queue queue_ CRM_GUARDED_BY(mutex_);  // of turns that wait while no thread works for the tenant
  std::size_t idle_threads_ CRM_GUARDED_BY(mutex_) = 0;
  bool stopping_ CRM_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_ CRM_GUARDED_BY(mutex_);
};

}  // namespace message_history
