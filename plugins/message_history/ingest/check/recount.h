// Recount: recomputes everything that is derived from a store's facts into a scratch store.
#pragma once

#include "calendar/time_zone.h"
#include "store/maintenance.h"
#include "store/store.h"

namespace message_history {

// Memory does not grow with the store. Throws what the store throws; the scratch store is of no
// use then.
void recount(Maintenance& maintenance, const TenantFacts& facts, TimeZone& zone);

}  // namespace message_history
