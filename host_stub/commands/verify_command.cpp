#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "files/random_bytes.h"
#include "proofs/export_proof.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct VerifyOptions {
  SessionOptions session;
  std::filesystem::path jwks;
  std::filesystem::path csv;
  bool audit = false;
  std::string tenant;
};

std::string positions(const ExportManifest& manifest) {
  std::string list;
  for (const auto& [source, seq] : manifest.as_of) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", printable(source), seq);
  }
  return list.empty() ? "no event" : list;
}

// The same sentence that verify-export.sh prints.
std::string sentence(const std::filesystem::path& csv, const ExportManifest& proved) {
  const std::string gap = proved.retained_from.empty()
                              ? ""
                              : fmt::format(" (of what happened before {} nothing was kept)",
                                            printable(proved.retained_from));
  return fmt::format(
      "{} is complete and unmodified: {} rows of message {} of tenant {}{}, exported by {} at {}, "
      "as of {}, signed with key {}.",
      printable(csv.string()), proved.rows, printable(proved.message_id), printable(proved.tenant),
      gap, printable(proved.issuer), printable(proved.created_at), positions(proved), proved.kid);
}

Outcome verify_file(const VerifyOptions& options) {
  const auto manifest = verify_export(options.jwks, options.csv);
  if (!manifest) return manifest.error();
  return print_line(sentence(options.csv, manifest.value()));
}

Outcome verify_audit(const VerifyOptions& options) {
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_exports();
  if (!plugins) return plugins.error();
  for (LoadedPlugin* plugin : plugins.value()) {
    const auto chain = plugin->verify_audit(options.tenant);
    if (!chain) {
      return failure(chain.error().status,
                     fmt::format("the audit chain of tenant {} is not proved: "
                                 "{}",
                                 printable(options.tenant), chain.error().detail));
    }
    const auto& head = chain.value().head_sha256;
    const auto printed =
        print_line(fmt::format("The audit chain of tenant {} is unbroken: {} rows, the newest with "
                               "SHA-256 {}; exports cut "
                               "off with their process: {}, still running: {}.",
                               printable(options.tenant), chain.value().rows,
                               to_hex({reinterpret_cast<const char*>(head), sizeof(head)}),
                               chain.value().aborted, chain.value().running));
    if (!printed) return printed;
  }
  return done();
}

}  // namespace

void add_verify_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check that an exported CSV is complete and unmodified, or a tenant's audit chain");
  auto* const jwks = command->add_option("--jwks", options->jwks, "Public keys (crm-host jwks)");
  auto* const csv = command->add_option("FILE", options->csv, "The CSV; FILE.jws stands beside it");
  auto* const audit =
      command->add_flag("--audit", options->audit, "Check the audit chain of a tenant instead");
  auto* const data = command->add_option("--data", options->session.data, "Data folder");
  auto* const tenant = command->add_option("--tenant", options->tenant, "The tenant's id");
  add_plugin_options(*command, options->session);
  audit->needs(data)->needs(tenant)->excludes(jwks)->excludes(csv);
  command->callback([&chosen, options, jwks, csv] {
    if (!options->audit && jwks->count() == 0) throw CLI::RequiredError("--jwks");
    if (!options->audit && csv->count() == 0) throw CLI::RequiredError("FILE");
    chosen = [options] { return options->audit ? verify_audit(*options) : verify_file(*options); };
  });
}

}  // namespace host_stub
