#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "commands/command.h"
#include "commands/output.h"
#include "files/random_bytes.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct DigestOptions {
  SessionOptions session;
  std::string tenant;
};

// One plugin's digest alone on its line; with several, each with the plugin's id.
Outcome print_digests(const DigestOptions& options) {
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_events();
  if (!plugins) return plugins.error();
  for (LoadedPlugin* plugin : plugins.value()) {
    const auto digest = plugin->digest(options.tenant);
    if (!digest) {
      return failure(digest.error().status,
                     fmt::format("cannot compute the digest of tenant {}: {}", options.tenant,
                                 digest.error().detail));
    }
    const auto& bytes = digest.value();
    std::string line = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (plugins.value().size() > 1) line += fmt::format("  {}", plugin->id());
    if (auto printed = print_line(line); !printed) return printed;
  }
  return done();
}

}  // namespace

void add_digest_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<DigestOptions>();
  CLI::App* command = app.add_subcommand("digest", "Print the SHA-256 of a tenant's logical state");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--tenant", options->tenant, "The tenant's id")->required();
  command->callback([&chosen, options] { chosen = [options] { return print_digests(*options); }; });
}

}  // namespace host_stub
