#include <fmt/format.h>
#include <unistd.h>
#include <crm/cpp/text.hpp>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>

#include "commands/actor.h"
#include "commands/command.h"
#include "commands/export_files.h"
#include "commands/output.h"
#include "commands/session.h"
#include "files/random_bytes.h"
#include "keys/export_manifest.h"
#include "keys/export_token.h"
#include "printable.h"

namespace host_stub {

namespace {

// Every column that export.md names, in its order: a request says what it asks for.
const std::vector<std::string> all_columns = {
    "message_type", "sent",         "failure_reason",    "failure_code",   "member_id",
    "sent_at",      "order_id",     "order_amount",      "currency",       "ordered_at",
    "product_no",   "product_name", "unit_price",        "option_price",   "option",
    "quantity",     "attribution",  "attributed_amount", "refunded_amount"};

struct ExportOptions {
  SessionOptions session;
  std::string tenant;
  std::string message_id;
  std::string reason;
  std::filesystem::path out;
  std::string dialect = "raw-v1";
  std::vector<std::string> columns = all_columns;
  std::string locale = "ko";
  bool unmask = false;
};

// Of spaces alone, also those that Korean and other keyboards produce.
bool is_blank(std::string_view text) {
  constexpr std::string_view wide_spaces[] = {"\u3000", "\u00A0", "\u200B"};
  while (!text.empty()) {
    size_t step = text.find_first_not_of(" \t\r\n\v\f");
    if (step == std::string_view::npos) return true;
    if (step == 0) {
      for (const std::string_view space : wide_spaces) {
        if (text.starts_with(space)) step = space.size();
      }
    }
    if (step == 0) return false;
    text.remove_prefix(step);
  }
  return true;
}

std::string origin() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "crm-host export";
  return fmt::format("crm-host export on {}", printable(name.data()));
}

// What the plugin answered, once it is certain that its proof says the same and will verify.
struct CheckedProof {
  std::string jws;
  ExportManifest manifest;
};

crm::Result<CheckedProof> check_proof(const ExportOptions& options, const KeyStore& keys,
                                      const crm_export_result& result, uint64_t bytes_written) {
  const auto refuse = [](std::string_view what) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("the plugin's proof is not accepted: {}; report it to the plugin's "
                               "vendor",
                               what));
  };
  if (result.manifest_size > result.manifest_capacity) return refuse("it exceeds its buffer");
  std::string jws(result.manifest, static_cast<size_t>(result.manifest_size));
  const auto jwks = keys.jwks();
  if (!jwks) return jwks.error();
  const auto published = parse_jwks(jwks.value());
  if (!published) return refuse(published.error().detail);
  auto manifest = open_export_manifest(jws, published.value());
  if (!manifest) return refuse(manifest.error().detail);
  const ExportManifest& says = manifest.value();
  const std::string sha256 =
      to_hex({reinterpret_cast<const char*>(result.sha256), sizeof(result.sha256)});
  if (says.tenant != options.tenant || says.message_id != options.message_id) {
    return refuse("it is about another tenant or message");
  }
  if (says.rows != result.rows || says.bytes != result.bytes || says.sha256 != sha256 ||
      says.bytes != bytes_written) {
    return refuse("it does not say what the plugin answered and wrote");
  }
  return CheckedProof{std::move(jws), std::move(manifest.value())};
}

crm::Result<std::string> request_token(const ExportOptions& options, KeyStore& keys,
                                       const LoadedPlugin& plugin) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const ExportClaims claims{std::string(plugin.id()), cli_actor(),     options.tenant,
                            options.message_id,       options.columns, options.dialect,
                            !options.unmask,          options.locale,  options.reason};
  return issue_export_token(keys, claims,
                            std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

crm::Result<CheckedProof> write_export(const ExportOptions& options, Session& session,
                                       LoadedPlugin& plugin, ExportFiles& files) {
  const auto token = request_token(options, session.keys(), plugin);
  if (!token) return token.error();
  const std::string from = origin();
  crm_export_request request{};
  request.size = sizeof(request);
  request.tenant = crm::str(options.tenant);
  request.token = crm::str(token.value());
  request.origin = crm::str(from);
  std::string manifest(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result{};
  result.size = sizeof(result);
  result.manifest = manifest.data();
  result.manifest_capacity = manifest.size();
  const auto exported = plugin.run_export(request, files.writer(), result);
  if (files.write_error()) return *files.write_error();  // it knows the path; the plugin does not
  if (!exported) return exported.error();
  return check_proof(options, session.keys(), result, files.bytes());
}

Outcome export_message(const ExportOptions& options) {
  if (is_blank(options.reason)) {
    return failure(CRM_ERR_INVALID,
                   "--reason is blank; say why the file is needed, the audit chain keeps it");
  }
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_exports();
  if (!plugins) return plugins.error();
  ExportFiles files(options.out);
  if (auto begun = files.begin(); !begun) return begun;
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
  command->add_option("--dialect", options->dialect, "How the CSV is written")
      ->check(CLI::IsMember({"raw-v1", "spreadsheet-v1"}))
      ->capture_default_str();
  command->add_option("--columns", options->columns, "Columns, joined by commas; default: all")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--locale", options->locale, "Language of headers and texts")
      ->check(CLI::IsMember({"ko", "en"}))
      ->capture_default_str();
  command->add_flag("--unmask", options->unmask, "Write member ids unmasked");
  command->callback(
      [&chosen, options] { chosen = [options] { return export_message(*options); }; });
}

}  // namespace host_stub
