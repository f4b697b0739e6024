#include "console/listening.h"

#include <chrono>
#include <thread>

namespace host_stub {

namespace {

constexpr auto poll = std::chrono::milliseconds(50);

}  // namespace

bool listen_until(httplib::Server& server, const std::atomic<bool>& interrupted) {
  std::jthread watch([&](const std::stop_token& ended) {
    // A server that does not listen yet would not heed stop().
    while (!ended.stop_requested() && !(interrupted && server.is_running())) {
      std::this_thread::sleep_for(poll);
    }
    if (!ended.stop_requested()) server.stop();
  });
  const bool served = server.listen_after_bind();
  return served || interrupted;
}

}  // namespace host_stub
