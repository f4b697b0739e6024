#include "feed/replay/event_sender.h"

#include <crm/ext/config.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "feed/replay_report.h"

namespace host_stub {

namespace {

constexpr int busy_attempts_max = 10;
constexpr auto busy_delay_first = std::chrono::milliseconds(10);
constexpr auto busy_delay_max = std::chrono::milliseconds(1000);

Outcome send_batch(LoadedPlugin& plugin, const crm_event_batch& batch, crm_event_ack& ack,
                   const std::atomic<bool>* interrupted) {
  const auto refused = [&](const crm::Error& error) {
    return failure(error.status, fmt::format("cannot record batch ({}, {}, seq {}..{}): {}",
                                             crm::view(batch.tenant), crm::view(batch.source),
                                             batch.events[0]->seq,
                                             batch.events[batch.count - 1]->seq, error.detail));
  };
  auto delay = busy_delay_first;
  for (int attempt = 1;; ++attempt) {
    const auto recorded = plugin.on_batch(batch, ack);
    if (recorded) break;
    const bool may_retry = recorded.error().status == CRM_ERR_BUSY && attempt < busy_attempts_max;
    const bool is_interrupted = interrupted != nullptr && interrupted->load();
    if (!may_retry || is_interrupted) return refused(recorded.error());
    std::this_thread::sleep_for(delay);
    delay = std::min(delay * 2, busy_delay_max);
  }
  if (ack.accepted + ack.duplicates + ack.rejected + ack.skipped != batch.count) {
    return refused({CRM_ERR_INTERNAL,
                    fmt::format("{} acknowledged {} accepted, {} duplicates, {} rejected and {} "
                                "skipped events of {}; report it to the plugin's vendor",
                                plugin.id(), ack.accepted, ack.duplicates, ack.rejected,
                                ack.skipped, batch.count)});
  }
  return done();
}

}  // namespace

crm::Result<std::vector<std::string>> declare_tenant(TenantSettings& settings,
                                                     const FeedHeader& header) {
  return settings.declare(header.tenant, {{CRM_CONFIG_TIME_ZONE, header.time_zone},
                                          {CRM_CONFIG_CURRENCY, header.currency}});
}

Outcome send_events(const std::vector<LoadedPlugin*>& plugins, StreamName stream,
                    std::span<const crm_event* const> events, crm_event_ack& ack,
                    const std::atomic<bool>* interrupted) {
  crm_event_batch sent{};
  sent.size = sizeof(sent);
  sent.tenant = crm::str(stream.tenant);
  sent.source = crm::str(stream.source);
  sent.events = events.data();
  sent.count = events.size();
  for (LoadedPlugin* plugin : plugins) {
    crm_event_ack unread{};
    crm_event_ack& answered = plugin == plugins.front() ? ack : unread;
    answered.size = sizeof(answered);
    if (auto taken = send_batch(*plugin, sent, answered, interrupted); !taken) return taken;
  }
  return done();
}

void FeedCounts::add(const EventBatch& batch, const crm_event_ack& first) {
  events += batch.lines_read;
  accepted += first.accepted;
  duplicates += batch.duplicates + first.duplicates;
  rejected += batch.withheld + first.rejected;
  skipped += first.skipped;
  refused_before += batch.passed;
}

crm::Result<RecordedBatch> record_batch(const std::vector<LoadedPlugin*>& plugins,
                                        const EventBatch& batch, StreamName stream,
                                        const std::atomic<bool>* interrupted) {
  RecordedBatch recorded;
  recorded.rejected = batch.rejected_lines();
  if (batch.events().empty()) return recorded;
  crm_event_rejection rejections[rejected_lines_shown_max];
  recorded.first.rejections = rejections;
  recorded.first.rejections_capacity = rejected_lines_shown_max;
  if (auto sent = send_events(plugins, stream, batch.events(), recorded.first, interrupted);
      !sent) {
    return sent.error();
  }
  const uint64_t count =
      std::min<uint64_t>(recorded.first.rejections_count, rejected_lines_shown_max);
  for (const crm_event_rejection& rejection : std::span(rejections, static_cast<size_t>(count))) {
    if (rejection.index >= batch.events().size()) continue;
    const size_t size = strnlen(rejection.reason, sizeof(rejection.reason));
    recorded.rejected.push_back(
        {batch.line_of(rejection.index), std::string(rejection.reason, size)});
  }
  recorded.first.rejections = nullptr;
  std::sort(recorded.rejected.begin(), recorded.rejected.end(),
            [](const RejectedLine& a, const RejectedLine& b) { return a.line < b.line; });
  return recorded;
}

crm::Result<uint64_t> lowest_position(const std::vector<LoadedPlugin*>& plugins,
                                      StreamName stream) {
  uint64_t lowest = UINT64_MAX;
  for (LoadedPlugin* plugin : plugins) {
    const auto position = plugin->position(stream);
    if (!position) {
      return failure(position.error().status,
                     fmt::format("cannot ask for the position of ({}, {}): {}", stream.tenant,
                                 stream.source, position.error().detail));
    }
    lowest = std::min(lowest, position.value());
  }
  return lowest;
}

crm::Result<ResumePoint> resume_point(const std::vector<LoadedPlugin*>& plugins,
                                      StreamName stream) {
  const auto position = lowest_position(plugins, stream);
  if (!position) return position.error();
  auto refused = plugins.front()->refused(stream);
  if (!refused) {
    return failure(refused.error().status,
                   fmt::format("cannot ask what of ({}, {}) was refused: {}", stream.tenant,
                               stream.source, refused.error().detail));
  }
  return ResumePoint{position.value(), std::move(refused.value())};
}

}  // namespace host_stub
