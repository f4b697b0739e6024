// crm-host: the commands of a runnable stand-in for the CRM.

#include <unistd.h>
#include <crm/cpp/failure.hpp>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include "base/printable.h"
#include "commands/command.h"
#include "files/standard_streams.h"

namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr size_t detail_bytes_max = 16384;

std::string one_line(std::string_view text) {
  return host_stub::printable(text, detail_bytes_max);
}

int fail(const std::string& detail) {
  std::fprintf(stderr, "crm-host: error: %s\n", one_line(detail).c_str());
  return exit_failed;
}

int fail_as_defect(const std::exception& error) {
  return fail(std::string(error.what()) + "; report it as a defect of crm-host");
}

// A name that begins with a dash is taken for an option.
std::string dash_remedy(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool is_word = argument.starts_with("--") || argument == "-h";
    if (!argument.starts_with('-') || argument == "-") continue;
    if (is_word && access(argv[i], F_OK) != 0) continue;
    return "; for a file of that name write ./" + std::string(argument);
  }
  return {};
}

int usage_error(const CLI::App& app, const CLI::ParseError& error, const std::string& remedy) {
  const auto commands = app.get_subcommands();
  if (!commands.empty()) {
    std::fprintf(stderr, "crm-host: error: %s; see crm-host %s --help\n",
                 one_line(error.what() + remedy).c_str(), commands.front()->get_name().c_str());
    return exit_usage;
  }
  const auto unknown = app.remaining();
  const std::string what =
      one_line(unknown.empty() ? error.what() : "there is no command \"" + unknown.front() + "\"");
  std::fprintf(stderr, "crm-host: error: %s\n\n%s", what.c_str(), app.help().c_str());
  return exit_usage;
}

int run(int argc, char** argv) {
  CLI::App app("A runnable stand-in for the CRM: loads plugins, feeds them, shows what they know.",
               "crm-host");
  app.require_subcommand(1);
  host_stub::Command chosen;
  host_stub::add_plugins_command(app, chosen);
  host_stub::add_replay_command(app, chosen);
  host_stub::add_view_command(app, chosen);
  host_stub::add_export_command(app, chosen);
  host_stub::add_jwks_command(app, chosen);
  host_stub::add_rotate_key_command(app, chosen);
  host_stub::add_verify_command(app, chosen);
  host_stub::add_digest_command(app, chosen);
  host_stub::add_check_command(app, chosen);
  host_stub::add_position_command(app, chosen);
  host_stub::add_generate_command(app, chosen);
  host_stub::add_serve_command(app, chosen);
  host_stub::add_feed_key_command(app, chosen);
  host_stub::add_account_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, dash_remedy(argc, argv));
  }
  const host_stub::Outcome outcome = chosen();
  return outcome ? exit_ok : fail(outcome.error().detail);
}

}  // namespace

int main(int argc, char** argv) {
  host_stub::occupy_closed_standard_streams();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; free some and try again");
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) return fail_as_defect(error);
    return fail(
        "no thread can be started; raise the limits of threads and memory (ulimit -u, ulimit -v), "
        "or free some memory");
  } catch (const std::exception& error) {
    return fail_as_defect(error);
  }
}
