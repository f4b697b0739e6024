// Who runs a command, as logs, views and the audit chain name them.
#pragma once

#include <string>

namespace host_stub {

// "cli:<user name>", with the user's number where it has no name.
std::string cli_actor();

}  // namespace host_stub
