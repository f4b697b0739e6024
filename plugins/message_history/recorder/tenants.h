// The tenants that are open: a bounded pool of stores, the least recently used closed first. [any]
// thread.
#pragma once

#include <crm/cpp/host.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "calendar/time_zone.h"
#include "recorder/backlog.h"
#include "recorder/journal.h"
#include "recorder/retention.h"
#include "store/store.h"

namespace message_history {

// At most this many stores are kept open when nobody uses them; each holds six files.
inline constexpr std::size_t open_tenants_max = 64;

// A batch goes through two doors: `intake` makes it durable in the journal, `writer` settles it,
// with others, in the database. Whoever holds both took `intake` first.
struct Tenant {
  Tenant() = default;
  ~Tenant();
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  std::unique_ptr<Store> store;
  TimeZone zone = TimeZone::utc();  // for the writer
  std::mutex writer;                // held while a transaction of `store` lives
  KeptDays kept_days;               // for the writer

  std::mutex intake;                 // held while a batch is taken in, and for what follows
  std::unique_ptr<Journal> journal;  // NULL as long as this process does not record for it
  // By source; empty as long as they are not known, which they are once all is settled.
  std::optional<std::unordered_map<std::string, std::uint64_t>> positions;

  Backlog backlog;
  std::atomic<bool> is_stuck = false;               // what waits could not be settled the last time
  std::atomic<std::size_t> events_since_sweep = 0;  // settled, by whomever
};

class Tenants {
 public:
  Tenants(const crm::Host& host, std::unique_ptr<Engine> engine)
      : host_(host), engine_(std::move(engine)) {}

  // NULL when nothing was ever recorded for it. Throws INVALID for a name that cannot be one.
  std::shared_ptr<Tenant> open(std::string_view tenant);
  // Throws NOT_FOUND instead.
  std::shared_ptr<Tenant> open_existing(std::string_view tenant);
  // Makes the store of a new tenant from the host's settings.
  std::shared_ptr<Tenant> open_or_create(std::string_view tenant);

  // Does this, which settles something. False when it failed, as the host's log says then: what
  // waits stays in the journal, and the next one who records gets the error.
  bool attempt(Tenant& tenant, const std::function<void()>& settling) const;

  // Settles what waits in each of them first.
  void close_all();

 private:
  struct Entry {
    std::shared_ptr<Tenant> tenant;
    std::uint64_t used = 0;
  };

  std::shared_ptr<Tenant> find(std::string_view tenant, bool create);
  std::shared_ptr<Tenant> adopt(std::unique_ptr<Store> store);
  void recover(Tenant& tenant) const;
  TenantFacts facts_for(std::string_view tenant) const;
  void close_idle();

  const crm::Host& host_;
  std::unique_ptr<Engine> engine_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t clock_ = 0;
};

}  // namespace message_history
