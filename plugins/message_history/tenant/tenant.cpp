#include "tenant/tenant.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <utility>

#include "tenant/scrubbing.h"
#include "tenant/settling.h"

namespace message_history {

namespace {

// In a file of a release before, as of the last batch.
TrustedTime trusted_time_of(Store& store) {
  TrustedTime time = store.trusted_time();
  if (time.us > 0) return time;
  for (const SourceRow& source : store.sources())
    time.us = std::max(time.us, source.recorded_at_us);
  return time;
}

}  // namespace

Tenant::Tenant(std::unique_ptr<Store> opened, const crm::Host& known_host, SteadyClock steady)
    : host(known_host),
      store(std::move(opened)),
      clock(std::move(steady), trusted_time_of(*store)) {
  const std::string& name = store->facts().time_zone;
  const auto known = TimeZone::find(name);
  if (!known) {
    throw crm::Failure(CRM_ERR_INVALID,
                       "the time zone \"" + name + "\" is not installed; install tzdata");
  }
  zone = *known;
}

Tenant::~Tenant() {
  if (closes_at_once) store->leave_log();
  if (closes_at_once || !backlog.empty()) return;
  try {
    empty_journal(*this);
    scrub_some(*this);
  } catch (...) {
    // All of it is settled: what stays is passed over the next time, and scrubbed then.
  }
}

}  // namespace message_history
