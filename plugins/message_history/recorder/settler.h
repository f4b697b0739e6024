// The thread that settles what was recorded, drops what is too old, and tidies up when it is quiet:
// one for all tenants, started when there is something to do.
//
// [any] thread may call add(). What it cannot settle stays in the journal: whoever records next
// tries again and gets the error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "recorder/tenants.h"

namespace message_history {

// Groups make settling cheap: so many events are worth a transaction at once, fewer wait so long.
inline constexpr std::size_t settler_group_events = 8'192;
inline constexpr std::chrono::milliseconds settler_delay{20};
// Between two slices of dropping, so that others get at the tenant.
inline constexpr std::chrono::milliseconds settler_pause{2};

// Without anything to settle for so long, there is time to tidy up.
inline constexpr std::chrono::milliseconds settler_quiet{1'000};

class Settler {
 public:
  using Log = std::function<void(std::string_view line)>;
  // Drops some of a tenant's old details; whether there are more. Must not throw.
  using Sweep = std::function<bool(Tenant&)>;
  Settler(Log log, Sweep sweep) : log_(std::move(log)), sweep_(std::move(sweep)) {}
  ~Settler() { stop(); }
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

  // Something was added to the tenant's backlog.
  void add(const std::shared_ptr<Tenant>& tenant);

  // Returns when the thread has ended; what waits, goes on waiting.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    std::weak_ptr<Tenant> tenant;  // one that was closed meanwhile was settled first
    Clock::time_point due;
    bool is_quiet = false;  // nothing was added since it was settled
  };
  struct Due {
    std::shared_ptr<Tenant> tenant;  // NULL when the thread is to end
    bool is_quiet = false;
    explicit operator bool() const { return tenant != nullptr; }
  };

  void run();
  Due next_due(std::unique_lock<std::mutex>& lock);
  void settle(const Due& due);
  bool tidies_on(Tenant& tenant);
  void add(const std::shared_ptr<Tenant>& tenant, Clock::duration delay, bool is_quiet);

  const Log log_;
  const Sweep sweep_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<const Tenant*, Waiting> waiting_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace message_history
