// Ends a server when the process is asked to end.
#pragma once

#include <httplib.h>

#include <atomic>
#include <thread>

namespace host_stub {

// While it lives: once `interrupted`, the server takes no more connections, and its listening
// returns when the requests that are under way are answered. Also when the interrupt came before
// the server listens. Both outlive the watch.
class InterruptWatch {
 public:
  InterruptWatch(httplib::Server& server, const std::atomic<bool>& interrupted);

 private:
  std::jthread thread_;
};

}  // namespace host_stub
