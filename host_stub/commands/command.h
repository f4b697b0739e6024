// One subcommand of crm-host: its options, and what it does with them.
#pragma once

#include <functional>

#include "base/outcome.h"

namespace CLI {
class App;
}

namespace host_stub {

// What to run once the command line is understood.
using Command = std::function<Outcome()>;

// Each adds its subcommand; when the command line names it, `chosen` is set.
void add_account_command(CLI::App& app, Command& chosen);
void add_check_command(CLI::App& app, Command& chosen);
void add_position_command(CLI::App& app, Command& chosen);
void add_digest_command(CLI::App& app, Command& chosen);
void add_export_command(CLI::App& app, Command& chosen);
void add_feed_key_command(CLI::App& app, Command& chosen);
void add_generate_command(CLI::App& app, Command& chosen);
void add_jwks_command(CLI::App& app, Command& chosen);
void add_plugins_command(CLI::App& app, Command& chosen);
void add_replay_command(CLI::App& app, Command& chosen);
void add_rotate_key_command(CLI::App& app, Command& chosen);
void add_serve_command(CLI::App& app, Command& chosen);
void add_verify_command(CLI::App& app, Command& chosen);
void add_view_command(CLI::App& app, Command& chosen);

}  // namespace host_stub
