#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "console/interrupt_watch.h"

namespace host_stub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto patience = seconds(30);

// Whether listening ends by the watch; a server that it does not end is stopped.
bool ends(httplib::Server& server) {
  auto listening = std::async(std::launch::async, [&] { return server.listen_after_bind(); });
  if (listening.wait_for(patience) == std::future_status::ready) return true;
  server.stop();
  return false;
}

TEST(InterruptWatch, EndsAServerThatListensOnlyAfterTheInterrupt) {
  httplib::Server server;
  ASSERT_GT(server.bind_to_any_port("127.0.0.1"), 0);
  const std::atomic<bool> interrupted = true;
  const InterruptWatch watch(server, interrupted);
  // So that the watch sees the interrupt while there is nothing to stop yet.
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_TRUE(ends(server));
}

TEST(InterruptWatch, EndsAServerThatListens) {
  httplib::Server server;
  ASSERT_GT(server.bind_to_any_port("127.0.0.1"), 0);
  std::atomic<bool> interrupted = false;
  const InterruptWatch watch(server, interrupted);
  std::jthread later([&] {
    while (!server.is_running()) std::this_thread::sleep_for(milliseconds(1));
    interrupted = true;
  });
  EXPECT_TRUE(ends(server));
}

}  // namespace
}  // namespace host_stub
