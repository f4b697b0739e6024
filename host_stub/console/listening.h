// Serving until the process is asked to end.
#pragma once

#include <httplib.h>

#include <atomic>

namespace host_stub {

// Serves on a bound server until `interrupted`, also when it is so from the beginning; then takes
// no more connections, and returns once the requests that are under way are answered. False when
// the server ended by itself.
bool listen_until(httplib::Server& server, const std::atomic<bool>& interrupted);

}  // namespace host_stub
