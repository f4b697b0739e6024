// What a test can find itself in: clocks that go wrong, and limits of the process.
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

namespace crm_tests {

inline constexpr int64_t second_us = 1'000'000;
inline constexpr int64_t day_us = 86'400 * second_us;

inline std::atomic<uint64_t> signals_taken = 0;

using Step = std::function<void()>;

// The clock after each batch; it goes wrong halfway.
struct Clock {
  const char* name;
  int64_t jump_us;
  int64_t tick_us;
  bool stops_monotonic;
};
inline const std::vector<Clock> clocks = {
    {"RightClock", 0, second_us, false},
    {"ADayBack", -day_us, second_us, false},
    {"AYearAhead", 365 * day_us, second_us, false},
    {"StandsStill", 0, 0, false},
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // Sanitizers read the clocks by functions of their own, before anything is set up.
    {"MonotonicStands", 0, second_us, true},
    {"AllStand", 0, 0, true},
#endif
};

// Runs everything under a limit of the process; `may_lack`: a word of the errors that are right.
struct Limit {
  const char* name;
  const char* may_lack;
  void (*under)(const Step& step);
};

inline void with_files(rlim_t count, const Step& step) {
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const struct rlimit few = {count, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  step();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

inline void without_stdin(const Step& step) {
  const int kept = ::dup(STDIN_FILENO);
  ::close(STDIN_FILENO);
  step();
  if (kept < 0) return;  // there was none
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
}

inline void with_signals(const Step& step) {
  struct sigaction action {};
  action.sa_handler = [](int) { ++signals_taken; };  // without SA_RESTART
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGALRM, &action, &before), 0);
  const itimerval every_ms = {{0, 1'000}, {0, 1'000}};
  const itimerval never = {{0, 0}, {0, 0}};
  const uint64_t taken = signals_taken;
  ASSERT_EQ(::setitimer(ITIMER_REAL, &every_ms, nullptr), 0);
  step();
  ASSERT_EQ(::setitimer(ITIMER_REAL, &never, nullptr), 0);
  ASSERT_EQ(::sigaction(SIGALRM, &before, nullptr), 0);
  EXPECT_GT(signals_taken, taken + 3) << "the test tests nothing";
}

// The host's own thread, and those that the plugin starts.
inline void with_stacks(size_t bytes, const Step& step) {
  pthread_attr_t before;
  pthread_attr_t small;
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(::pthread_attr_init(&small), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&small, bytes), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&small), 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<const Step*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, nullptr, run, const_cast<Step*>(&step)), 0);
  ::pthread_join(thread, nullptr);
  ASSERT_EQ(::pthread_setattr_default_np(&before), 0);
  ::pthread_attr_destroy(&small);
  ::pthread_attr_destroy(&before);
}

inline const std::vector<Limit> limits = {
    {"NoLimit", nullptr, [](const Step& step) { step(); }},
#ifndef __SANITIZE_ADDRESS__
    // UndefinedBehaviorSanitizer asks a pipe whether an object can be read.
    {"Files32", "ulimit -n", [](const Step& step) { with_files(32, step); }},
#endif
    {"Files256", nullptr, [](const Step& step) { with_files(256, step); }},
    {"NoStdin", nullptr, without_stdin},
    {"Signals", nullptr, with_signals},
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // Under a sanitizer a call takes several times as much stack.
    {"Stacks64KiB", nullptr, [](const Step& step) { with_stacks(64 << 10, step); }},
#endif
};

}  // namespace crm_tests
