#include "recorder/tenant.h"

#include <crm/cpp/failure.hpp>

#include "recorder/scrubbing.h"
#include "recorder/settling.h"

namespace message_history {

Tenant::Tenant(std::unique_ptr<Store> opened) : store(std::move(opened)) {
  const std::string& name = store->facts().time_zone;
  const auto known = TimeZone::find(name);
  if (!known) {
    throw crm::Failure(CRM_ERR_INVALID,
                       "the time zone \"" + name + "\" is not installed; install tzdata");
  }
  zone = *known;
}

Tenant::~Tenant() {
  if (!backlog.empty()) return;
  try {
    empty_journal(*this);
    scrub_some(*this);
  } catch (...) {
    // All of it is settled: what stays is passed over the next time, and scrubbed then.
  }
}

}  // namespace message_history
