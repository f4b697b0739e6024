// Renders a view: checks the permission and the parameters, then lets the view's function answer.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "history/view_request.h"
#include "history/views.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// NOT_FOUND: no such view or thing. DENIED: a permission is missing. INVALID: a parameter is wrong.
// Throws what the snapshot throws. With `seal` the view of exports recomputes each record it shows;
// without, it only checks that they follow each other.
crm::Result<nlohmann::ordered_json> render_view(const ViewRequest& request, Snapshot& snapshot,
                                                const TenantFacts& tenant, std::int64_t now_us,
                                                const AuditSeal& seal = {});

}  // namespace message_history
