#include "loader/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace host_stub {

namespace {

// The entry of that name, made when there is room; NULL otherwise.
template <class Map>
typename Map::mapped_type* entry(Map& map, std::string_view name) {
  const auto found = map.find(name);
  if (found != map.end()) return &found->second;
  if (map.size() >= metric_names_max) return nullptr;
  return &map.emplace(std::string(name), typename Map::mapped_type{}).first->second;
}

// Sums of a hostile plugin may not overflow.
int64_t saturating_sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace

void Metrics::add(std::string_view name, int64_t value) {
  const crm::Lock lock(mutex_);
  if (int64_t* counter = entry(counters_, name)) *counter = saturating_sum(*counter, value);
}

void Metrics::observe_us(std::string_view name, int64_t duration_us) {
  const crm::Lock lock(mutex_);
  if (Durations* durations = entry(durations_, name)) {
    ++durations->count;
    durations->sum_us = saturating_sum(durations->sum_us, duration_us);
    durations->longest_us = std::max(durations->longest_us, duration_us);
  }
}

std::vector<std::string> Metrics::lines() const {
  const crm::Lock lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [name, value] : counters_) lines.push_back(fmt::format("{} {}", name, value));
  for (const auto& [name, durations] : durations_) {
    lines.push_back(fmt::format("{} count {}, sum {} us, longest {} us", name, durations.count,
                                durations.sum_us, durations.longest_us));
  }
  return lines;
}

}  // namespace host_stub
