// The facts of a new tenant, from the host's settings: read once, when its store is made.
#pragma once

#include <crm/cpp/host.hpp>

#include <string_view>

#include "store/store.h"

namespace message_history {

// Throws INVALID, which names the setting that cannot be used.
TenantFacts facts_of_new_tenant(const crm::Host& host, std::string_view tenant);

}  // namespace message_history
