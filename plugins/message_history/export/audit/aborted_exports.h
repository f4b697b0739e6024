// Gives exports that were cut off together with their process the last row that they could not
// write.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "export/audit/audit.h"
#include "store/snapshot.h"

namespace message_history {

struct AbortedTerms {
  std::int64_t now_us = 0;
  std::function<bool(std::string_view export_id)> is_running;
};

// Adds a row "aborted" for every export that began, has no outcome and runs nowhere. Any thread,
// and beside the same in other processes: each export gets one such row at most. Throws what
// storing throws.
void record_aborted(Snapshot& snapshot, const AuditAppender& append_audit,
                    const AbortedTerms& terms);

}  // namespace message_history
