// The tenants that are open: a bounded pool of stores, the least recently used closed first. [any]
// thread.
//
// Opening and closing is per tenant: threads that ask for one tenant wait for each other and open
// it once, and nobody waits for another tenant's.
#pragma once

#include <crm/cpp/host.hpp>
#include <crm/cpp/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/memory_budget.h"
#include "store/store.h"
#include "tenant/tenant.h"

namespace message_history {

// At most this many stores are kept open when nobody uses them, where the process may open files
// enough: each holds six, and half of what the process may open is left to others.
inline constexpr std::size_t open_tenants_max = open_stores_max;
inline constexpr std::size_t open_tenants_min = 16;
inline constexpr std::size_t files_a_tenant = 6;
std::size_t open_tenants_within_file_limit();

class Tenants {
 public:
  Tenants(const crm::Host& host, std::unique_ptr<Engine> engine,
          std::size_t open_max = open_tenants_within_file_limit(),
          SteadyClock steady = system_steady_clock())
      : host_(host), engine_(std::move(engine)), open_max_(open_max), steady_(std::move(steady)) {}

  // Each answers with a lease: while it or a copy of it lives, the tenant is not closed.

  // NULL when nothing was ever recorded for it. Throws INVALID for a name that cannot be one.
  std::shared_ptr<Tenant> open(std::string_view tenant);
  // Throws NOT_FOUND instead.
  std::shared_ptr<Tenant> open_existing(std::string_view tenant);
  // Makes the store of a new tenant from the host's settings.
  std::shared_ptr<Tenant> open_or_create(std::string_view tenant);
  // NULL when it is not open, or is being opened or closed.
  std::shared_ptr<Tenant> if_open(const std::string& tenant);

  // Those that anything was recorded for.
  std::vector<std::string> names() const { return engine_->tenants(); }

  // Does this, which settles something, and returns CRM_OK. A failure is logged and its status
  // returned: what waits stays in the journal, and the next one who records gets the error.
  std::int32_t attempt(Tenant& tenant, const std::function<void()>& settling) const;

  // Closes some that nobody uses, for a thread that found no file left to open; false when none
  // could be closed.
  bool give_back_files();

  using Clock = std::chrono::steady_clock;
  // Settles what waits in each of them first, until this time: what waits then is left to the
  // journal, and goes on when the tenant is opened next. A tenant that is leased ends with its
  // lease.
  void close_all(Clock::time_point settles_until = Clock::time_point::max());

 private:
  // Guarded by the pool's mutex; `tenant` is only of the thread that opens or closes it meanwhile.
  struct Entry {
    std::shared_ptr<Tenant> tenant;
    std::size_t leases = 0;
    std::uint64_t used = 0;
    bool is_changing = true;  // one thread opens or closes it, the others wait
  };
  // Outlives the pool's owner for as long as there are leases.
  struct Pool {
    crm::Mutex mutex;
    crm::Condition changed;  // an entry is no longer changing
    std::unordered_map<std::string, std::shared_ptr<Entry>> entries CRM_GUARDED_BY(mutex);
    std::uint64_t clock CRM_GUARDED_BY(mutex) = 0;
  };
  struct Named {
    std::string name;
    std::shared_ptr<Entry> entry;
  };
  struct Claim {
    std::shared_ptr<Entry> entry;
    bool is_to_be_opened = false;  // by whoever has the claim; else it is leased
  };

  std::shared_ptr<Tenant> find(std::string_view tenant, bool create);
  Claim claim(const std::string& name);
  std::shared_ptr<Tenant> opened(std::string_view name, bool create);
  std::shared_ptr<Tenant> opened_now(std::string_view name, bool create) const;
  std::shared_ptr<Tenant> lease_of(std::shared_ptr<Entry> entry) const;
  void recover(Tenant& tenant) const;
  void scrub(Tenant& tenant) const;
  void close_idle();
  // Closes those that were not used for longest until no more than so many are open; how many.
  std::size_t close_down_to(std::size_t open_max);
  Named take_idle(std::size_t open_max);
  Named take_any();
  // The entry is no longer changing; it is removed when it has no tenant.
  void put_back(const Named& changed);
  void remove(const Named& closed);

  const crm::Host& host_;
  const std::unique_ptr<Engine> engine_;
  const std::size_t open_max_;
  const SteadyClock steady_;
  const std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace message_history
