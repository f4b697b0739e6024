// Which of a tenant's details have expired: by the host's setting, and by clocks that agree.
#pragma once

#include <cstdint>

#include "store/store.h"
#include "tenant/tenant.h"
#include "tenant/trusted_clock.h"

namespace message_history {

// Looks at both clocks. [any] thread.
ClockReading look_at_clocks(Tenant& tenant);

// Returns before which time an event is about what is no longer kept; 0: none is. Lowers the
// store's cutoffs first where they are later than the setting and the clocks allow, in the
// transaction that judges by them. Before anything else is done in it.
std::int64_t judged_cutoff_us(Tenant& tenant, WriteTransaction& transaction)
    CRM_REQUIRES(tenant.writer);

// Does a few milliseconds of dropping what has expired; whether there is more to do. Nothing while
// the host's clock has jumped, which is logged.
bool expire_some(Tenant& tenant) CRM_REQUIRES(tenant.writer);

}  // namespace message_history
