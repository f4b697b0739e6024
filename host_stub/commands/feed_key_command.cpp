#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "console/accounts/feed_keys.h"
#include "files/durable_file.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct FeedKeyOptions {
  SessionOptions session;  // of which --data alone
  FeedStream stream;
  std::string name;
  std::string revoked;
  bool is_list = false;
};

Outcome list_keys(const FeedKeys& keys, const std::string& tenant) {
  const auto listed = keys.list(tenant);
  if (!listed) return listed.error();
  std::string text;
  for (const FeedKey& key : listed.value()) {
    text +=
        fmt::format("{}  source {}  made {}\n", printable(key.name), printable(key.stream.source),
                    key.made_at.empty() ? "before names were kept" : printable(key.made_at));
  }
  return print_text(text);
}

Outcome issue_key(const FeedKeyOptions& options, FeedKeys& keys) {
  const std::string& name = options.name.empty() ? options.stream.source : options.name;
  const auto key = keys.issue(options.stream, name);
  if (!key) return key.error();
  return print_line(key.value());
}

Outcome run_feed_key(const FeedKeyOptions& options) {
  if (auto usable = require_data_folder(options.session.data); !usable) return usable;
  const auto folder = host_folder(options.session.data);
  if (auto made = make_private_folder(folder); !made) return made;
  FeedKeys keys(folder);
  if (options.is_list) return list_keys(keys, options.stream.tenant);
  if (!options.revoked.empty()) return keys.revoke(options.stream.tenant, options.revoked);
  if (!options.stream.source.empty()) return issue_key(options, keys);
  return failure(CRM_ERR_INVALID, "say of which source the key is to be, with --source");
}

}  // namespace

void add_feed_key_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<FeedKeyOptions>();
  CLI::App* command = app.add_subcommand(
      "feed-key", "Make a key with which a source may POST /feed, list a tenant's, or revoke one");
  add_data_option(*command, options->session);
  command->add_option("--tenant", options->stream.tenant, "The tenant's id")->required();
  CLI::Option* const source =
      command->add_option("--source", options->stream.source, "The source's name");
  CLI::Option* const name =
      command->add_option("--name", options->name,
                          "The new key's name; default: the source's. A key of this name ends");
  CLI::Option* const list =
      command->add_flag("--list", options->is_list, "Show the tenant's keys, without the secrets");
  command->add_option("--revoke", options->revoked, "The name of a key that is to open nothing")
      ->excludes(source, name, list);
  list->excludes(source, name);
  command->callback([&chosen, options] { chosen = [options] { return run_feed_key(*options); }; });
}

}  // namespace host_stub
