// The plugin's threads leave signals to the host.
#include "platform/quiet_thread.h"

#include <gtest/gtest.h>

#include <atomic>

namespace message_history {
namespace {

bool is_blocked(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

TEST(QuietThread, BlocksSignalsOnItselfAlone) {
  std::atomic<int> blocked = 0;
  {
    const auto thread = quiet_thread([&blocked] {
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGPIPE, SIGUSR1}) {
        if (is_blocked(signal)) ++blocked;
      }
    });
    EXPECT_FALSE(is_blocked(SIGINT));
  }
  EXPECT_EQ(blocked, 6);  // and the thread has ended
}

}  // namespace
}  // namespace message_history
