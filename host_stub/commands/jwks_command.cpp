#include <CLI/CLI.hpp>

#include "commands/command.h"
#include "commands/output.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct JwksOptions {
  SessionOptions session;
  bool host = false;
};

Outcome print_jwks(const JwksOptions& options) {
  if (auto folder = require_data_folder(options.session.data); !folder) return folder;
  const KeyStore keys(keys_folder(options.session.data));
  const auto jwks = options.host ? keys.issuer_jwks() : keys.jwks();
  if (!jwks) return jwks.error();
  return print_line(jwks.value());
}

}  // namespace

void add_jwks_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<JwksOptions>();
  CLI::App* command =
      app.add_subcommand("jwks", "Print the public keys that verify exports, as a JWKS");
  add_data_option(*command, options->session);
  command->add_flag("--host", options->host,
                    "Instead those of this host, which verify its requests for exports");
  command->callback([&chosen, options] { chosen = [options] { return print_jwks(*options); }; });
}

}  // namespace host_stub
