// Hands batches to plugins that take events, with patience when one is busy.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/outcome.h"
#include "feed/event_batch.h"
#include "feed/feed_header.h"
#include "feed/resume_point.h"
#include "loader/loaded_plugin.h"
#include "loader/tenant_settings.h"

namespace host_stub {

// Sets the time zone and the currency of a feed's tenant, where they are not set; the answer names
// what stays otherwise.
crm::Result<std::vector<std::string>> declare_tenant(TenantSettings& settings,
                                                     const FeedHeader& header);

// To every plugin, one after the other, each of which acknowledges every event. Tries again while
// one is BUSY, for a few seconds, unless `interrupted` (may be NULL). `ack` is the first plugin's,
// with the caller's array of rejections if it has one. `plugins` and `events` are not empty.
Outcome send_events(const std::vector<LoadedPlugin*>& plugins, StreamName stream,
                    std::span<const crm_event* const> events, crm_event_ack& ack,
                    const std::atomic<bool>* interrupted);

// accepted + duplicates + rejected + skipped = events, as the first plugin answered.
struct FeedCounts {
  uint64_t events = 0;
  uint64_t accepted = 0;
  uint64_t duplicates = 0;
  uint64_t rejected = 0;
  uint64_t skipped = 0;
  uint64_t refused_before = 0;  // of the duplicates, those that were refused when they came first

  void add(const EventBatch& batch, const crm_event_ack& first);
};

struct RecordedBatch {
  crm_event_ack first{};               // as the first plugin answered; zero for an empty batch
  std::vector<RejectedLine> rejected;  // by the reader and the first plugin, in the order of lines
};

// A batch of lines, as send_events does. `plugins` is not empty.
crm::Result<RecordedBatch> record_batch(const std::vector<LoadedPlugin*>& plugins,
                                        const EventBatch& batch, StreamName stream,
                                        const std::atomic<bool>* interrupted);

// What every plugin has recorded. `plugins` is not empty.
crm::Result<uint64_t> lowest_position(const std::vector<LoadedPlugin*>& plugins, StreamName stream);

// That, and what the first plugin refused of it.
crm::Result<ResumePoint> resume_point(const std::vector<LoadedPlugin*>& plugins, StreamName stream);

}  // namespace host_stub
