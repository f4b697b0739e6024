#include "console/interrupt_watch.h"

#include <chrono>

namespace host_stub {

namespace {

constexpr auto poll = std::chrono::milliseconds(50);

}  // namespace

InterruptWatch::InterruptWatch(httplib::Server& server, const std::atomic<bool>& interrupted)
    : thread_([&server, &interrupted](const std::stop_token& ended) {
        // A server that does not listen yet would not heed stop().
        while (!ended.stop_requested() && !(interrupted && server.is_running())) {
          std::this_thread::sleep_for(poll);
        }
        if (!ended.stop_requested()) server.stop();
      }) {}

}  // namespace host_stub
