// Time that passed, and processor time that this process used meanwhile on other threads.
#pragma once

#include <chrono>
#include <ctime>

namespace crm_bench {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// What threads other than the calling one have computed since it was made.
class BackgroundWatch {
 public:
  double seconds() const { return now() - begin_; }

 private:
  static double now() { return of(CLOCK_PROCESS_CPUTIME_ID) - of(CLOCK_THREAD_CPUTIME_ID); }
  static double of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  double begin_ = now();
};

}  // namespace crm_bench
