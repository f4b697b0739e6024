// Store check: reads everything of one tenant, recounts what is derived, and replaces it if wanted.
#pragma once

#include <cstdint>

#include "calendar/time_zone.h"
#include "store/maintenance.h"
#include "store/store.h"

namespace message_history {

struct CheckTotals {
  std::int64_t rows = 0;
  std::int64_t damaged = 0;    // findings about facts
  std::int64_t differing = 0;  // and about what is derived
  bool is_rebuilt = false;
  bool is_sound() const { return damaged == 0 && (differing == 0 || is_rebuilt); }
};

enum class Rebuild : std::uint8_t { no, yes };

// No transaction of the store lives meanwhile. While facts are damaged nothing is recounted, let
// alone replaced: counters would lose what the facts have lost. Throws what Maintenance throws.
CheckTotals check_store(Store& store, TimeZone& zone, Rebuild rebuild, const FindingSink& sink);

}  // namespace message_history
