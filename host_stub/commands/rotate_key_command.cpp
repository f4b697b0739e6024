#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "loader/plugin_check.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct RotateKeyOptions {
  SessionOptions session;  // of which --data alone
  std::string plugin_id;
  bool host = false;
  bool at_once = false;
};

Outcome nothing_to_rotate(std::string_view whose) {
  return failure(CRM_ERR_NOT_FOUND,
                 fmt::format("{} has no key to rotate; crm-host plugins lists the ids of plugins, "
                             "and the first export makes the keys",
                             whose));
}

Outcome rotate_host_key(KeyStore& keys, FormerKey former) {
  const auto rotated = keys.rotate_issuing_key(former);
  if (!rotated && rotated.error().status == CRM_ERR_NOT_FOUND) return nothing_to_rotate("the host");
  if (!rotated) return rotated;
  const auto key = keys.issuing_key();
  if (!key) return key.error();
  const std::string older =
      former == FormerKey::refused_at_once
          ? "no older key is accepted any more"
          : fmt::format("what the former key signed is accepted for another {} seconds",
                        former_issuer_key_accepted_us / 1'000'000);
  return print_line(
      fmt::format("Requests for exports are signed with key {} now; {}.", key.value().kid, older));
}

Outcome rotate_plugin_key(KeyStore& keys, const std::string& plugin_id) {
  const std::string whose = "the plugin " + printable(plugin_id);
  if (!is_reverse_dns(plugin_id)) return nothing_to_rotate(whose);
  const auto rotated = keys.rotate_signing_key(plugin_id);
  if (!rotated && rotated.error().status == CRM_ERR_NOT_FOUND) return nothing_to_rotate(whose);
  if (!rotated) return rotated;
  const auto key = keys.signing_key(plugin_id);
  if (!key) return key.error();
  return print_line(
      fmt::format("Exports are signed with key {} now; the former key stays in the JWKS and "
                  "verifies what it signed. Publish the JWKS again (crm-host jwks).",
                  key.value().kid));
}

Outcome rotate_key(const RotateKeyOptions& options) {
  if (auto folder = require_data_folder(options.session.data); !folder) return folder;
  KeyStore keys(keys_folder(options.session.data));
  if (!options.host) return rotate_plugin_key(keys, options.plugin_id);
  return rotate_host_key(
      keys, options.at_once ? FormerKey::refused_at_once : FormerKey::accepted_for_a_while);
}

}  // namespace

void add_rotate_key_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RotateKeyOptions>();
  CLI::App* command =
      app.add_subcommand("rotate-key", "Retire the key of a plugin or of the host for a new one");
  add_data_option(*command, options->session);
  auto* const plugin = command->add_option("--plugin", options->plugin_id,
                                           "The plugin with this id, which signs exports");
  auto* const host =
      command->add_flag("--host", options->host, "The host, which signs requests for exports");
  command
      ->add_flag("--at-once", options->at_once,
                 "For a key that others know: what it signed is refused from now on")
      ->needs(host);
  plugin->excludes(host);
  command->callback([&chosen, options, plugin] {
    if (!options->host && plugin->count() == 0) throw CLI::RequiredError("--plugin or --host");
    chosen = [options] { return rotate_key(*options); };
  });
}

}  // namespace host_stub
