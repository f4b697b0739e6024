// Hands batches to plugins that take events, with patience when one is busy.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "feed/event_batch.h"
#include "loader/loaded_plugin.h"
#include "outcome.h"

namespace host_stub {

// Of one batch that are named; the rest is only counted.
inline constexpr size_t rejections_named_max = 100;

// Tries again while the plugin is BUSY, for a few seconds, unless `interrupted` (may be NULL). The
// acknowledgement accounts for every event of the batch.
Outcome send_batch(LoadedPlugin& plugin, const crm_event_batch& batch, crm_event_ack& ack,
                   const std::atomic<bool>* interrupted);

struct RecordedBatch {
  crm_event_ack first{};               // as the first plugin answered; zero for an empty batch
  std::vector<RejectedLine> rejected;  // by the reader and the first plugin, in the order of lines
};

// To every plugin, one after the other. `plugins` is not empty.
crm::Result<RecordedBatch> record_batch(const std::vector<LoadedPlugin*>& plugins,
                                        const EventBatch& batch, StreamName stream,
                                        const std::atomic<bool>* interrupted);

// What every plugin has recorded. `plugins` is not empty.
crm::Result<uint64_t> lowest_position(const std::vector<LoadedPlugin*>& plugins, StreamName stream);

}  // namespace host_stub
