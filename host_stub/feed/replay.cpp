#include "feed/replay.h"

#include <crm/ext/config.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "feed/batch_pipe.h"
#include "feed/feed_reader.h"
#include "feed/replay_report.h"
#include "loader/host_log.h"
#include "loader/tenant_settings.h"

namespace host_stub {

namespace {

constexpr size_t batches_ahead = 3;
constexpr int busy_attempts_max = 10;
constexpr auto busy_delay_first = std::chrono::milliseconds(10);
constexpr auto busy_delay_max = std::chrono::milliseconds(1000);

// Fills batches until the feed ends or the consumer gives up.
void produce(FeedReader& reader, BatchPipe& pipe, size_t batch_events) {
  try {
    for (;;) {
      EventBatch* const batch = pipe.take_empty();
      if (batch == nullptr) return pipe.finish({});
      const auto more = reader.fill(*batch, batch_events);
      pipe.put_filled(batch);
      if (!more) return pipe.finish(more.error());
      if (!more.value()) return pipe.finish({});
    }
  } catch (const std::bad_alloc&) {
    pipe.finish(failure(CRM_ERR_NO_MEMORY, "out of memory; send smaller batches with --batch"));
  } catch (const std::exception& error) {
    pipe.finish(failure(CRM_ERR_INTERNAL, error.what()));
  }
}

// The producer's thread; whatever happens, it has ended when this is destroyed.
class Producer {
 public:
  Producer(FeedReader& reader, BatchPipe& pipe, size_t batch_events)
      : pipe_(pipe),
        thread_([&reader, &pipe, batch_events] { produce(reader, pipe, batch_events); }) {}
  ~Producer() {
    pipe_.abandon();
    thread_.join();
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

 private:
  BatchPipe& pipe_;
  std::thread thread_;
};

// What the reader and the first plugin rejected, in the order of the lines.
void report_rejected(const EventBatch& batch, const crm_event_ack& ack, ReplayReport& report) {
  std::vector<RejectedLine> rejected = batch.rejected_lines();
  const uint64_t count = std::min(ack.rejections_count, ack.rejections_capacity);
  for (uint64_t i = 0; i < count; ++i) {
    const crm_event_rejection& rejection = ack.rejections[i];
    if (rejection.index >= batch.events().size()) continue;
    const size_t size = strnlen(rejection.reason, sizeof(rejection.reason));
    rejected.push_back({batch.line_of(rejection.index), std::string(rejection.reason, size)});
  }
  std::sort(rejected.begin(), rejected.end(),
            [](const RejectedLine& a, const RejectedLine& b) { return a.line < b.line; });
  for (const RejectedLine& line : rejected) report.rejected(line.line, line.reason);
}

}  // namespace

Replay::Replay(std::vector<LoadedPlugin*> plugins, TenantSettings& settings, const HostLog& log,
               ReplaySettings replay_settings, FileHandle ack_log)
    : plugins_(std::move(plugins)),
      settings_(&settings),
      log_(&log),
      replay_settings_(std::move(replay_settings)),
      ack_log_(std::move(ack_log)) {}

crm::Result<Replay> Replay::create(std::vector<LoadedPlugin*> plugins, TenantSettings& settings,
                                   const HostLog& log, ReplaySettings replay_settings) {
  FileHandle ack_log;
  if (const auto& path = replay_settings.ack_log) {
    constexpr mode_t readable = 0644;
    ack_log = FileHandle(open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, readable));
    if (!ack_log.is_open()) {
      return system_failure("open", *path, errno, "check the folder of --ack-log");
    }
  }
  return Replay(std::move(plugins), settings, log, std::move(replay_settings), std::move(ack_log));
}

bool Replay::is_interrupted() const {
  return replay_settings_.interrupted != nullptr && replay_settings_.interrupted->load();
}

Outcome Replay::run(const std::filesystem::path& feed, ReplayCounts& counts) {
  auto reader = FeedReader::open(feed);
  if (!reader) return reader.error();
  if (auto declared = declare_tenant(*reader.value()); !declared) return declared;
  const FeedHeader& header = reader.value()->header();
  const auto position = lowest_position({header.tenant, header.source});
  if (!position) {
    return failure(position.error().status,
                   fmt::format("cannot ask for the position of ({}, {}): {}", header.tenant,
                               header.source, position.error().detail));
  }
  reader.value()->resume_after(position.value());
  ReplayReport report(feed.string());
  const ReplayCounts before = counts;
  const Outcome applied = apply_all(*reader.value(), report, counts);
  report.finish({counts.rejected - before.rejected, counts.skipped - before.skipped},
                reader.value()->unknown_types());
  return applied;
}

Outcome Replay::declare_tenant(const FeedReader& reader) {
  const FeedHeader& header = reader.header();
  const auto conflicts = settings_->declare(
      header.tenant,
      {{CRM_CONFIG_TIME_ZONE, header.time_zone}, {CRM_CONFIG_CURRENCY, header.currency}});
  if (!conflicts) return conflicts.error();
  for (const std::string& conflict : conflicts.value()) {
    log_->write(CRM_LOG_WARNING, "crm-host", conflict);
  }
  return done();
}

crm::Result<uint64_t> Replay::lowest_position(StreamName stream) {
  uint64_t lowest = UINT64_MAX;
  for (LoadedPlugin* plugin : plugins_) {
    const auto position = plugin->position(stream);
    if (!position) return position.error();
    lowest = std::min(lowest, position.value());
  }
  return lowest;
}

Outcome Replay::apply_all(FeedReader& reader, ReplayReport& report, ReplayCounts& counts) {
  const StreamName stream{reader.header().tenant, reader.header().source};
  const uint64_t events_before = counts.events;
  BatchPipe pipe(batches_ahead);
  const Producer producer(reader, pipe, replay_settings_.batch_events);
  while (EventBatch* const batch = pipe.take_filled()) {
    if (auto applied = apply(*batch, stream, report, counts); !applied) return applied;
    pipe.give_back(batch);
    report.progress(counts.events - events_before);
    if (is_interrupted()) {
      return failure(CRM_ERR_CANCELLED,
                     fmt::format("interrupted after {} events of this feed; run the same command "
                                 "again to go on from there",
                                 counts.events - events_before));
    }
  }
  if (const auto error = pipe.error()) return *error;
  return done();
}

Outcome Replay::apply(const EventBatch& batch, StreamName stream, ReplayReport& report,
                      ReplayCounts& counts) {
  crm_event_ack first{};
  crm_event_rejection rejections[rejected_lines_shown_max];
  for (LoadedPlugin* plugin : plugins_) {
    if (batch.events().empty()) break;
    crm_event_batch sent{};
    sent.size = sizeof(sent);
    sent.tenant = crm::str(stream.tenant);
    sent.source = crm::str(stream.source);
    sent.events = batch.events().data();
    sent.count = batch.events().size();
    crm_event_ack ack{};
    ack.size = sizeof(ack);
    if (plugin == plugins_.front()) {
      ack.rejections = rejections;
      ack.rejections_capacity = rejected_lines_shown_max;
    }
    if (auto recorded = send(*plugin, sent, ack); !recorded) return recorded;
    if (plugin == plugins_.front()) first = ack;
  }
  report_rejected(batch, first, report);
  counts.events += batch.lines_read;
  counts.accepted += first.accepted;
  counts.duplicates += batch.duplicates + first.duplicates;
  counts.rejected += batch.rejected + first.rejected;
  counts.skipped += batch.skipped + first.skipped;
  if (batch.events().empty()) return done();
  ++counts.batches;
  return log_ack(stream, first.durable_seq);
}

Outcome Replay::send(LoadedPlugin& plugin, const crm_event_batch& batch, crm_event_ack& ack) {
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
    if (!may_retry || is_interrupted()) return refused(recorded.error());
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

Outcome Replay::log_ack(StreamName stream, uint64_t seq) {
  if (!ack_log_.is_open()) return done();
  return write_all(ack_log_, *replay_settings_.ack_log, fmt::format("{} {}\n", stream.source, seq));
}

}  // namespace host_stub
