#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "commands/command.h"
#include "commands/output.h"
#include "commands/session.h"
#include "loader/plugin_check.h"
#include "printable.h"

namespace host_stub {

namespace {

struct JwksOptions {
  SessionOptions session;
  std::string rotate;  // a plugin's id
};

Outcome rotate_key(KeyStore& keys, const std::string& plugin_id) {
  if (is_reverse_dns(plugin_id)) {
    const auto rotated = keys.rotate_signing_key(plugin_id);
    if (rotated || rotated.error().status != CRM_ERR_NOT_FOUND) return rotated;
  }
  return failure(
      CRM_ERR_NOT_FOUND,
      fmt::format("the plugin {} has no signing key to rotate; crm-host plugins lists the "
                  "ids, and the first export makes the key",
                  printable(plugin_id)));
}

Outcome print_jwks(const JwksOptions& options) {
  if (auto folder = require_data_folder(options.session.data); !folder) return folder;
  KeyStore keys(keys_folder(options.session.data));
  if (!options.rotate.empty()) {
    if (auto rotated = rotate_key(keys, options.rotate); !rotated) return rotated;
  }
  const auto jwks = keys.jwks();
  if (!jwks) return jwks.error();
  return print_line(jwks.value());
}

}  // namespace

void add_jwks_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<JwksOptions>();
  CLI::App* command =
      app.add_subcommand("jwks", "Print the public keys that verify exports, as a JWKS");
  add_data_option(*command, options->session);
  command->add_option("--rotate", options->rotate,
                      "First retire the signing key of the plugin with this id and make a new one");
  command->callback([&chosen, options] { chosen = [options] { return print_jwks(*options); }; });
}

}  // namespace host_stub
