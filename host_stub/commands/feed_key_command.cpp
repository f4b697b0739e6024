#include <CLI/CLI.hpp>

#include "commands/command.h"
#include "commands/output.h"
#include "commands/session.h"
#include "console/feed_keys.h"
#include "files/durable_file.h"

namespace host_stub {

namespace {

struct FeedKeyOptions {
  SessionOptions session;  // of which --data alone
  FeedStream stream;
};

Outcome issue_key(const FeedKeyOptions& options) {
  if (auto usable = require_data_folder(options.session.data); !usable) return usable;
  const auto folder = host_folder(options.session.data);
  if (auto made = make_private_folder(folder); !made) return made;
  const auto key = FeedKeys(folder).issue(options.stream);
  if (!key) return key.error();
  return print_line(key.value());
}

}  // namespace

void add_feed_key_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<FeedKeyOptions>();
  CLI::App* command = app.add_subcommand(
      "feed-key", "Make the key with which a source may POST /feed; its older key ends");
  add_data_option(*command, options->session);
  command->add_option("--tenant", options->stream.tenant, "The tenant's id")->required();
  command->add_option("--source", options->stream.source, "The source's name")->required();
  command->callback([&chosen, options] { chosen = [options] { return issue_key(*options); }; });
}

}  // namespace host_stub
