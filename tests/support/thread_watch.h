// Which threads a piece of work starts, and whether they are gone after it.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

namespace crm_test {

class ThreadWatch {
 public:
  // From here on.
  ThreadWatch() {
    // The first thread brings a sanitizer's own along.
    static const bool started = (std::thread([] {}).join(), true);
    static_cast<void>(started);
    before_ = threads();
  }

  bool has_started_any() const {
    const std::set<std::string> now = threads();
    return !std::includes(before_.begin(), before_.end(), now.begin(), now.end());
  }

  // Waits a little: the system lists a thread that was joined for a moment longer.
  bool all_are_gone() const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (has_started_any()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }

 private:
  static std::set<std::string> threads() {
    std::set<std::string> ids;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      ids.insert(task.path().filename());
    }
    return ids;
  }

  std::set<std::string> before_;
};

}  // namespace crm_test
