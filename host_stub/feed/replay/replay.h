// Replays feed files into every plugin that takes events.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "base/outcome.h"
#include "feed/replay/event_sender.h"
#include "files/durable_file.h"
#include "loader/loaded_plugin.h"

namespace host_stub {

class EventBatch;
class FeedReader;
class HostLog;
class ReplayReport;
class TenantSettings;

struct ReplayCounts : FeedCounts {
  uint64_t batches = 0;  // acknowledged
};

struct ReplaySettings {
  size_t batch_events = 1000;
  std::optional<std::filesystem::path> ack_log;  // "SOURCE SEQ\n" for every acknowledged batch
  std::set<uint64_t> again;  // lines that are taken although they were passed; with one feed only
  const std::atomic<bool>* interrupted = nullptr;
};

// One thread parses ahead; the plugins are called on the thread that calls run.
class Replay {
 public:
  // `plugins` all offer events and are not empty.
  static crm::Result<Replay> create(std::vector<LoadedPlugin*> plugins, TenantSettings& settings,
                                    const HostLog& log, ReplaySettings replay_settings);

  // Replays one feed, stream after stream, after the plugins' positions and adds to `counts`. What
  // was acknowledged before a failure stays recorded.
  Outcome run(const std::filesystem::path& feed, ReplayCounts& counts);

 private:
  Replay(std::vector<LoadedPlugin*> plugins, TenantSettings& settings, const HostLog& log,
         ReplaySettings replay_settings, FileHandle ack_log);

  Outcome run_streams(FeedReader& reader, ReplayReport& report, ReplayCounts& counts);
  Outcome run_stream(FeedReader& reader, ReplayReport& report, ReplayCounts& counts);
  Outcome declare_tenant(const FeedReader& reader);
  Outcome apply_all(FeedReader& reader, ReplayReport& report, ReplayCounts& counts);
  Outcome apply(const EventBatch& batch, StreamName stream, ReplayReport& report,
                ReplayCounts& counts);
  Outcome log_ack(StreamName stream, uint64_t seq);
  bool is_interrupted() const;

  std::vector<LoadedPlugin*> plugins_;
  TenantSettings* settings_;
  const HostLog* log_;
  ReplaySettings replay_settings_;
  FileHandle ack_log_;
};

}  // namespace host_stub
