// Renders a view: checks the permission and the parameters, then lets the view's function answer.
#pragma once

#include <crm/cpp/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "history/recording_state.h"
#include "history/view_request.h"
#include "history/views.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// What views are made from, beside the request. With `seal` the view of exports recomputes each
// record it shows; without, it only checks that they follow each other.
struct ViewSource {
  Snapshot& snapshot;
  const TenantFacts& tenant;
  std::int64_t now_us = 0;
  Reattribution reattribution;
  AuditSeal seal = {};
  RecordingState recording = {};
};

// How many snapshots of one commit a view has work for, at least 1.
std::size_t snapshots_of_view(std::string_view view_id);

// NOT_FOUND: no such view or thing. DENIED: a permission is missing. INVALID: a parameter without
// which there is nothing to show is missing or wrong. Each in the language of the request.
// Throws what the snapshot throws.
crm::Result<nlohmann::ordered_json> render_view(const ViewRequest& request,
                                                const ViewSource& source);

}  // namespace message_history
