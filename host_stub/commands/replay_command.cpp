#include <crm/ext/events.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <limits>

#include "commands/command.h"
#include "commands/interrupt.h"
#include "commands/output.h"
#include "feed/replay/replay.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct ReplayOptions {
  SessionOptions session;
  ReplaySettings replay;
  std::vector<std::filesystem::path> feeds;
};

std::string summary(const ReplayCounts& counts, std::chrono::duration<double> elapsed) {
  return fmt::format(
      "{{\"events\":{},\"accepted\":{},\"duplicates\":{},\"rejected\":{},\"skipped\":{},"
      "\"refused_before\":{},\"batches\":{},\"seconds\":{:.3f}}}",
      counts.events, counts.accepted, counts.duplicates, counts.rejected, counts.skipped,
      counts.refused_before, counts.batches, elapsed.count());
}

Outcome replay_feeds(ReplayOptions options) {
  if (!options.replay.again.empty() && options.feeds.size() != 1) {
    return failure(CRM_ERR_INVALID, "--again names lines of one feed; give that feed alone");
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto session = Session::open(options.session, DataFolder::made);
  if (!session) return session.error();
  Session& host = *session.value();
  auto plugins = host.plugins_with_events();
  if (!plugins) return plugins.error();
  if (plugins.value().size() > 1) {
    host.log().write(CRM_LOG_WARNING, "crm-host",
                     fmt::format("{} plugins take events; the counts are those of {}",
                                 plugins.value().size(), plugins.value().front()->id()));
  }
  options.replay.interrupted = &interrupted();
  auto replay = Replay::create(std::move(plugins.value()), host.settings(), host.log(),
                               std::move(options.replay));
  if (!replay) return replay.error();
  ReplayCounts counts;
  for (const auto& feed : options.feeds) {
    if (auto replayed = replay.value().run(feed, counts); !replayed) return replayed;
  }
  return print_line(summary(counts, std::chrono::steady_clock::now() - begin));
}

}  // namespace

void add_replay_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand(
      "replay", "Report the events of feeds to the plugins, from where the last replay ended");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--batch", options->replay.batch_events, "Events a batch")
      ->check(CLI::Range(size_t{1}, size_t{CRM_BATCH_EVENTS_MAX}))
      ->capture_default_str();
  command->add_option("--ack-log", options->replay.ack_log,
                      "File that gets a line \"SOURCE SEQ\" after every acknowledged batch");
  command
      ->add_option("--again", options->replay.again,
                   "Only these lines of the one feed, corrected after they were refused: 4,17")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(uint64_t{2}, std::numeric_limits<uint64_t>::max()));
  command->add_option("FEED", options->feeds, "Feeds (crm-feed/1): NDJSON, plain or gzip")
      ->required();
  command->callback([&chosen, options] { chosen = [options] { return replay_feeds(*options); }; });
}

}  // namespace host_stub
