#include "recorder/tenant.h"

#include <crm/cpp/failure.hpp>

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
  if (!journal || !backlog.empty()) return;
  try {
    journal->settled(backlog.settled_number());
    journal->clear();
  } catch (...) {
    // All of it is settled: what stays is passed over the next time.
  }
}

}  // namespace message_history
