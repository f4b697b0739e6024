#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>

#include "base/printable.h"
#include "commands/actor.h"
#include "commands/command.h"
#include "commands/export_files.h"
#include "commands/output.h"
#include "requests/export_request.h"
#include "session/session.h"

namespace host_stub {

namespace {

struct ExportOptions {
  SessionOptions session;
  std::string tenant;
  std::string message_id;
  std::string reason;
  std::filesystem::path out;
  std::string dialect = "raw-v1";
  std::vector<std::string> columns = export_columns();
  std::string locale = "ko";
  bool unmask = false;
};

std::string origin() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "crm-host export";
  return fmt::format("crm-host export on {}", printable(name.data()));
}

crm::Result<SignedExport> write_export(const ExportOptions& options, Session& session,
                                       LoadedPlugin& plugin, ExportFiles& files) {
  ExportRequest request{{"", cli_actor(), options.tenant, options.message_id, options.columns,
                         options.dialect, !options.unmask, options.locale, options.reason},
                        origin()};
  auto exported = run_export(std::move(request), session.keys(), plugin, files.writer(),
                             [&files] { return files.bytes(); });
  if (files.write_error()) return *files.write_error();  // it knows the path; the plugin does not
  return exported;
}

Outcome export_message(const ExportOptions& options) {
  // What is asked for is judged by the plugin alone, so that refusals are in the audit chain too.
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_exports();
  if (!plugins) return plugins.error();
  ExportFiles files(options.out);
  const auto proof = write_export(options, *session.value(), *plugins.value().front(), files);
  if (!proof) {
    return failure(proof.error().status,
                   fmt::format("cannot export message {} of tenant {} to {}: {}",
                               printable(options.message_id), printable(options.tenant),
                               options.out.string(), proof.error().detail));
  }
  if (auto published = files.publish(proof.value().jws); !published) return published;
  const ExportManifest& manifest = proof.value().manifest;
  return print_line(fmt::format("rows={} bytes={} sha256={} kid={}", manifest.rows, manifest.bytes,
                                manifest.sha256, manifest.kid));
}

}  // namespace

void add_export_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      app.add_subcommand("export", "Write a message's deliveries and orders as a signed CSV");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--tenant", options->tenant, "The tenant's id")->required();
  command->add_option("--message", options->message_id, "The message's id")->required();
  command->add_option("--reason", options->reason, "Why; kept in the audit chain")->required();
  command->add_option("--out", options->out, "The CSV; its proof goes to the same name plus .jws")
      ->required();
  command
      ->add_option("--dialect", options->dialect, "raw-v1 for programs, spreadsheet-v1 for Excel")
      ->capture_default_str();
  command->add_option("--columns", options->columns, "Columns, joined by commas; default: all")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--locale", options->locale, "Language of headers and texts: ko or en")
      ->capture_default_str();
  command->add_flag("--unmask", options->unmask, "Write member ids unmasked");
  command->callback(
      [&chosen, options] { chosen = [options] { return export_message(*options); }; });
}

}  // namespace host_stub
