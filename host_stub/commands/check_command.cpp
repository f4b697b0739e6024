#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <crm/cpp/text.hpp>
#include <crm/cpp/writer.hpp>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "session/session.h"

namespace host_stub {

namespace {

constexpr uint64_t findings_bytes_max = uint64_t{64} << 20U;

struct CheckOptions {
  SessionOptions session;
  std::string tenant;  // empty: all
  bool rebuild = false;
  uint64_t lines_max = CRM_CHECK_LINES_DEFAULT;
};

std::string text_of(const Json& finding, const char* key) {
  const std::string* const text = string_member(finding, key);
  return text == nullptr ? std::string() : printable(*text);
}

// "message_money message_no 3, currency KRW: orders is 2, the facts give 3".
std::string finding_line(const Json& finding) {
  const std::string table = text_of(finding, "table");
  if (const auto more = finding.find("more"); more != finding.end()) {
    return fmt::format("{}: {} more", table, more->dump());
  }
  const std::string row = text_of(finding, "row");
  return fmt::format("{}{}{}: {}{}", table, row.empty() ? "" : " ", row, text_of(finding, "what"),
                     text_of(finding, "part") == "fact" ? " [fact]" : "");
}

Outcome print_findings(std::string_view lines) {
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    const auto finding = parse_strict_json(lines.substr(0, end));
    const std::string line = finding ? finding_line(finding.value())
                                     : fmt::format("a finding that is {}", finding.error().detail);
    if (auto printed = print_line(line); !printed) return printed;
    if (end == std::string_view::npos) break;
    lines.remove_prefix(end + 1);
  }
  return done();
}

Outcome judge(std::string_view tenant, const crm_check_result& result) {
  if (result.damaged > 0) {
    return failure(
        CRM_ERR_CORRUPT,
        fmt::format("tenant {}: {} findings about facts, which nothing else can bring back, and {} "
                    "about what is derived; nothing was changed, keep the folder as it is and "
                    "restore a backup",
                    tenant, result.damaged, result.differing));
  }
  if (result.differing > 0 && result.rebuilt == 0) {
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("tenant {}: the facts are whole, {} differences in what is derived; "
                               "run crm-host check with --rebuild to make that anew",
                               tenant, result.differing));
  }
  const std::string digest =
      to_hex({reinterpret_cast<const char*>(result.sha256), sizeof(result.sha256)});
  const std::string rebuilt =
      result.rebuilt == 0 ? "" : fmt::format(", {} differences made anew", result.differing);
  return print_line(
      fmt::format("tenant {}: sound, {} rows read{}\n{}", tenant, result.rows, rebuilt, digest));
}

Outcome check_tenant(LoadedPlugin& plugin, const CheckOptions& options, const std::string& name) {
  crm::StringWriter findings(findings_bytes_max);
  crm_check_request request{};
  request.size = sizeof(request);
  request.flags = options.rebuild ? CRM_CHECK_REBUILD : 0;
  request.tenant = crm::str(name);
  request.lines_max = options.lines_max;
  const auto result = plugin.check(request, *findings.raw());
  if (auto printed = print_findings(findings.text()); !printed) return printed;
  const std::string shown = printable(name);
  if (!result) {
    return failure(result.error().status,
                   fmt::format("tenant {} cannot be checked: {}", shown, result.error().detail));
  }
  return judge(shown, result.value());
}

// Every tenant is checked, whatever is wrong with the one before; the failures are told together.
Outcome check_stores(const CheckOptions& options) {
  const auto session = Session::open(options.session, DataFolder::must_exist);
  if (!session) return session.error();
  const auto plugins = session.value()->plugins_with_maintenance();
  if (!plugins) return plugins.error();
  std::string failures;
  int32_t status = CRM_OK;
  for (LoadedPlugin* plugin : plugins.value()) {
    std::vector<std::string> names{options.tenant};
    if (options.tenant.empty()) {
      auto tenants = plugin->tenants();
      if (!tenants) return tenants.error();
      names = std::move(tenants.value());
    }
    for (const std::string& name : names) {
      const auto checked = check_tenant(*plugin, options, name);
      if (checked) continue;
      if (!failures.empty()) failures += "; ";
      failures += checked.error().detail;
      status = checked.error().status;
    }
  }
  return failures.empty() ? done() : failure(status, failures);
}

}  // namespace

void add_check_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand(
      "check", "Read everything that is stored, recount what is derived, say what differs");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--tenant", options->tenant, "The tenant's id; without it all are checked");
  command->add_flag("--rebuild", options->rebuild,
                    "Make anew what differs of what is derived; facts are never touched");
  command
      ->add_option("--lines", options->lines_max, "Lines about one table; the others are counted")
      ->check(CLI::Range(uint64_t{1}, uint64_t{10'000}));
  command->callback([&chosen, options] { chosen = [options] { return check_stores(*options); }; });
}

}  // namespace host_stub
