// One open tenant: its store, its journal, and which lock guards what.
//
// A batch goes through two doors: `intake` makes it durable in the journal, `writer` settles it,
// with others, in the database. A thread that holds both took `intake` first.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "calendar/time_zone.h"
#include "ingest/journal/backlog.h"
#include "ingest/journal/journal.h"
#include "platform/fair_mutex.h"
#include "store/store.h"
#include "tenant/apply_failure.h"
#include "tenant/retention_setting.h"
#include "tenant/trusted_clock.h"

namespace message_history {

struct Tenant {
  // Throws INVALID when the store's time zone is not installed.
  Tenant(std::unique_ptr<Store> opened, const crm::Host& host, SteadyClock steady);
  // Leaves nothing in the journal's files when nothing waits, and of erased ids in any file unless
  // somebody still reads an earlier state; all of it as it is when it closes at once.
  ~Tenant();
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  // Snapshots and facts, for any thread and without a lock.
  StoreReader& reader() const CRM_NO_THREAD_SAFETY_ANALYSIS { return *store; }

  const crm::Host& host;
  crm::Mutex intake;                            // held while a batch is taken in
  FairMutex writer CRM_ACQUIRED_AFTER(intake);  // held while a transaction of `store` lives
  std::unique_ptr<Store> store CRM_PT_GUARDED_BY(writer);  // never changed

  TimeZone zone CRM_GUARDED_BY(writer) = TimeZone::utc();
  KeptDays kept_days CRM_GUARDED_BY(writer);
  TrustedClock clock;
  bool is_jump_told CRM_GUARDED_BY(writer) = false;         // of the host's clock, as logged
  std::int64_t told_cutoff_us CRM_GUARDED_BY(writer) = -1;  // to which it was lowered, as logged

  // NULL as long as this process does not record for it.
  std::unique_ptr<Journal> journal CRM_GUARDED_BY(intake);
  // By source; empty as long as they are not known, which they are once all is settled.
  std::optional<std::unordered_map<std::string, std::uint64_t>> positions CRM_GUARDED_BY(intake);
  // By source: duplicates that no record tells yet, and how many were told since the last new
  // event.
  struct Repeats {
    std::uint64_t waiting = 0;
    std::uint64_t told = 0;
  };
  std::unordered_map<std::string, Repeats> repeats CRM_GUARDED_BY(intake);
  // Up to which record nothing of the journal is in its files.
  std::uint64_t journal_emptied_at CRM_GUARDED_BY(intake) = 0;

  Backlog backlog;
  LastApplyFailure apply_failure;
  std::atomic<bool> is_stuck = false;               // what waits could not be settled the last time
  std::atomic<std::size_t> events_since_sweep = 0;  // settled, by whomever
  // Set when there is no time left: whoever opens the files next does what is left to do.
  std::atomic<bool> closes_at_once = false;

  // Some file may still hold the ids of members that were erased. An earlier process may have left
  // something: the store is asked first.
  std::atomic<bool> is_scrub_pending = true;
  // When the settler is to look next.
  std::chrono::steady_clock::time_point scrub_due CRM_GUARDED_BY(writer);
};

}  // namespace message_history
