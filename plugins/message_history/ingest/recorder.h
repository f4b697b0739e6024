// Records batches of events: the plugin's side of crm.events/1.
//
// Threads: record() is one call at a time per (tenant, source) and concurrent over tenants;
// everything else but stop() is for any thread. An acknowledged event is durable, and each (tenant,
// source) resumes exactly after the last acknowledged sequence, because the position is stored in
// the same record of the journal, and later in the same transaction, as the events.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/host.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ingest/settler.h"
#include "tenant/tenants.h"

namespace message_history {

// The time for which stopping goes on applying: a host that stops waits about a second for that,
// and as long for the chunk that is under way and for closing files.
inline constexpr std::chrono::milliseconds stop_settling_max{1'000};

class Recorder {
 public:
  Recorder(const crm::Host& host, Tenants& tenants)
      : host_(host),
        tenants_(tenants),
        settler_({.log = [this](std::string_view line) { host_.log(CRM_LOG_ERROR, line); },
                  .find = [this](const std::string& name) { return tenants_.if_open(name); },
                  .sweep = [this](Tenant& tenant) { return sweep(tenant); }}) {}

  // Throws crm::Failure when nothing of the batch was recorded.
  void record(const crm_event_batch* batch, crm_event_ack* ack);
  std::uint64_t position(crm_str tenant, crm_str source);
  // The sequence numbers in quarantine above `after`, rising, into `seqs`; how many.
  std::uint64_t refused(crm_str tenant, crm_str source, std::uint64_t after,
                        std::span<std::uint64_t> seqs);
  Sha256 digest(crm_str tenant);

  struct NewPosition {
    std::string source;
    std::uint64_t seq = 0;
  };
  // Sets the position of a source that is known, and returns the one before, which is told to
  // `put_on_record` first.
  std::uint64_t set_position(Tenant& tenant, const NewPosition& position,
                             const std::function<void(std::uint64_t before)>& put_on_record);

  // For readers: everything recorded so far is in its database, unless the disk does not take it,
  // which unapplied_events() says then. NOT_FOUND as Tenants::open_existing.
  std::shared_ptr<Tenant> settled_tenant(std::string_view name);
  // For readers who state that nothing is missing: throws the last error of applying instead.
  std::shared_ptr<Tenant> applied_tenant(std::string_view name);

  // Ends the threads, settles what waits, but no longer than this, and closes the tenants; nothing
  // is recorded after it. What is left waits in the journal for the next start.
  void stop(std::chrono::milliseconds settling_max = stop_settling_max);

 private:
  void take_in(Tenant& tenant, const crm_event_batch& batch, crm_event_ack& result);
  void make_ready(Tenant& tenant) CRM_REQUIRES(tenant.intake);
  void see_to_settling(Tenant& tenant, bool erases) noexcept CRM_REQUIRES(tenant.intake);
  void settle_now(Tenant& tenant) CRM_REQUIRES(tenant.intake);
  // Applies what was recorded so far. False when some of it still waits.
  bool try_apply_all(Tenant& tenant);
  bool sweep(Tenant& tenant) CRM_EXCLUDES(tenant.writer);

  const crm::Host& host_;
  Tenants& tenants_;
  Settler settler_;
};

}  // namespace message_history
