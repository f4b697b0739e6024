// Counters and durations that plugins report through crm.metrics/1, kept in memory.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace host_stub {

inline constexpr size_t metric_names_max = 1024;

// Thread-safe. Names above the maximum are dropped.
class Metrics {
 public:
  void add(std::string_view name, int64_t value);
  void observe_us(std::string_view name, int64_t duration_us);

  // "name 17" and "name count 3, sum 1200 us, longest 700 us", by name.
  std::vector<std::string> lines() const;

 private:
  struct Durations {
    int64_t count = 0;
    int64_t sum_us = 0;
    int64_t longest_us = 0;
  };

  mutable crm::Mutex mutex_;
  std::map<std::string, int64_t, std::less<>> counters_ CRM_GUARDED_BY(mutex_);
  std::map<std::string, Durations, std::less<>> durations_ CRM_GUARDED_BY(mutex_);
};

}  // namespace host_stub
