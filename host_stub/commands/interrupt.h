// Turns the first SIGINT or SIGTERM into a flag, so that long work ends tidily; a second one kills.
#pragma once

#include <atomic>

namespace host_stub {

// Installs the handlers on first use. The flag never goes back to false.
const std::atomic<bool>& interrupted();

}  // namespace host_stub
