// How many threads this process has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>

namespace crm_test {

inline std::int64_t thread_count() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

}  // namespace crm_test
