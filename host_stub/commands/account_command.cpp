#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "base/printable.h"
#include "commands/command.h"
#include "commands/output.h"
#include "console/accounts/accounts.h"
#include "feed/feed_header.h"
#include "session/session.h"

namespace host_stub {

namespace {

constexpr size_t tenant_name_bytes_max = 256;

struct AccountOptions {
  SessionOptions session;  // of which --data alone
  std::string name;
  std::vector<std::string> tenants;
  bool every_tenant = false;
};

Outcome list_accounts(const Accounts& accounts) {
  const auto stored = accounts.all();
  if (!stored) return stored.error();
  std::string text;
  for (const Account& account : stored.value()) {
    const std::string tenants =
        account.tenants ? fmt::format("{}", fmt::join(*account.tenants, " ")) : "every tenant";
    text += fmt::format("{:<10} {:<10} {}\n", printable(account.name), name_of(account.role),
                        printable(tenants));
  }
  return print_text(text);
}

Outcome bind_account(const AccountOptions& options, const Accounts& accounts) {
  if (options.tenants.size() > account_tenants_max) {
    return failure(CRM_ERR_INVALID,
                   fmt::format("an account has at most {} tenants; name fewer, or give it every "
                               "tenant with --every-tenant",
                               account_tenants_max));
  }
  for (const std::string& tenant : options.tenants) {
    if (is_stream_name(tenant, tenant_name_bytes_max)) continue;
    return failure(CRM_ERR_INVALID, fmt::format("{} is no name of a tenant; use letters, digits, "
                                                "dots, dashes and underscores",
                                                printable(tenant, shown_bytes_max)));
  }
  return accounts.bind(options.name,
                       options.every_tenant ? TenantList() : TenantList(options.tenants));
}

Outcome run_account(const AccountOptions& options) {
  if (auto usable = require_data_folder(options.session.data); !usable) return usable;
  const Accounts accounts(host_folder(options.session.data));
  const bool binds = options.every_tenant || !options.tenants.empty();
  if (binds == options.name.empty()) {
    return failure(CRM_ERR_INVALID,
                   "--name goes with --tenant or --every-tenant; without all of them the accounts "
                   "are listed");
  }
  return binds ? bind_account(options, accounts) : list_accounts(accounts);
}

}  // namespace

void add_account_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<AccountOptions>();
  CLI::App* command = app.add_subcommand(
      "account", "List the console's accounts, or say which tenants one of them sees");
  add_data_option(*command, options->session);
  command->add_option("--name", options->name, "The account's name");
  CLI::Option* const tenant =
      command->add_option("--tenant", options->tenants, "It sees this tenant; may repeat")
          ->allow_extra_args(false);
  command->add_flag("--every-tenant", options->every_tenant, "It sees all, as at first")
      ->excludes(tenant);
  command->callback([&chosen, options] { chosen = [options] { return run_account(*options); }; });
}

}  // namespace host_stub
