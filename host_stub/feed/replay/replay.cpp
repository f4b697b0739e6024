#include "feed/replay/replay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "feed/feed_reader.h"
#include "feed/replay/batch_pipe.h"
#include "feed/replay_report.h"
#include "loader/host_log.h"
#include "loader/tenant_settings.h"

namespace host_stub {

namespace {

constexpr size_t batches_ahead = 3;

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
    pipe.finish(crm::Error{CRM_ERR_NO_MEMORY, "out of memory"});  // short: takes none itself
  } catch (...) {
    pipe.finish(crm::Error{CRM_ERR_INTERNAL, "reader failed"});
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
  auto opened = FeedReader::open(feed);
  if (!opened) return opened.error();
  FeedReader& reader = *opened.value();
  if (!replay_settings_.again.empty()) reader.take_again(replay_settings_.again);
  ReplayReport report(feed.string());
  const ReplayCounts before = counts;
  Outcome applied = run_streams(reader, report, counts);
  report.finish({counts.rejected - before.rejected, counts.skipped - before.skipped,
                 counts.refused_before - before.refused_before},
                reader.skipped_names());
  if (applied && !reader.lines_not_found().empty()) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("{}: line {} is no event; name lines of events with --again",
                               feed.string(), *reader.lines_not_found().begin()));
  }
  return applied;
}

Outcome Replay::run_streams(FeedReader& reader, ReplayReport& report, ReplayCounts& counts) {
  for (;;) {
    if (auto applied = run_stream(reader, report, counts); !applied) return applied;
    const auto more = reader.next_stream();
    if (!more) return more.error();
    if (!more.value()) return done();
  }
}

Outcome Replay::run_stream(FeedReader& reader, ReplayReport& report, ReplayCounts& counts) {
  if (auto declared = declare_tenant(reader); !declared) return declared;
  const FeedHeader& header = reader.header();
  auto from = resume_point(plugins_, {header.tenant, header.source});
  if (!from) return from.error();
  reader.resume(std::move(from.value()));
  return apply_all(reader, report, counts);
}

Outcome Replay::declare_tenant(const FeedReader& reader) {
  const auto conflicts = host_stub::declare_tenant(*settings_, reader.header());
  if (!conflicts) return conflicts.error();
  for (const std::string& conflict : conflicts.value()) {
    log_->write(CRM_LOG_WARNING, "crm-host", conflict);
  }
  return done();
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
  const auto recorded = record_batch(plugins_, batch, stream, replay_settings_.interrupted);
  if (!recorded) return recorded.error();
  const auto& [first, rejected] = recorded.value();
  for (const RejectedLine& line : rejected) report.rejected(line.line, line.reason);
  for (const PassedLine& line : batch.passed_lines()) report.passed(line.line);
  counts.add(batch, first);
  if (batch.events().empty()) return done();
  ++counts.batches;
  return log_ack(stream, first.durable_seq);
}

Outcome Replay::log_ack(StreamName stream, uint64_t seq) {
  if (!ack_log_.is_open()) return done();
  return write_all(ack_log_, *replay_settings_.ack_log, fmt::format("{} {}\n", stream.source, seq));
}

}  // namespace host_stub
