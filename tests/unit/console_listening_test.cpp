#include <gtest/gtest.h>

#include <future>

#include "console/listening.h"

namespace host_stub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto patience = seconds(30);
constexpr int rounds = 50;

// Whether serving ended; a server that did not is stopped.
bool ends(httplib::Server& server, std::future<bool> served) {
  if (served.wait_for(patience) == std::future_status::ready) return served.get();
  server.stop();
  return false;
}

TEST(Listening, EndsWhenTheInterruptComesBeforeTheServerListens) {
  for (int round = 0; round < rounds; ++round) {
    httplib::Server server;
    server.new_task_queue = [] { return new httplib::ThreadPool(1); };
    ASSERT_GT(server.bind_to_any_port("127.0.0.1"), 0);
    const std::atomic<bool> interrupted = true;
    EXPECT_TRUE(ends(
        server, std::async(std::launch::async, [&] { return listen_until(server, interrupted); })))
        << "round " << round;
    if (HasFailure()) return;
  }
}

TEST(Listening, EndsWhenTheInterruptComesWhileTheServerListens) {
  httplib::Server server;
  ASSERT_GT(server.bind_to_any_port("127.0.0.1"), 0);
  std::atomic<bool> interrupted = false;
  auto served = std::async(std::launch::async, [&] { return listen_until(server, interrupted); });
  while (!server.is_running()) std::this_thread::sleep_for(milliseconds(1));
  interrupted = true;
  EXPECT_TRUE(ends(server, std::move(served)));
}

}  // namespace
}  // namespace host_stub
