// Durations of many calls, and what to say about them.
#pragma once

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace crm_bench {

class Latencies {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }

  double sum_s() const {
    double sum = 0;
    for (const double seconds : seconds_) sum += seconds;
    return sum;
  }

  // {"count", "p50_ms", "p99_ms", "max_ms"}: nearest rank.
  nlohmann::ordered_json json() const {
    std::vector<double> sorted = seconds_;
    std::sort(sorted.begin(), sorted.end());
    const auto rank_ms = [&sorted](double part) {
      if (sorted.empty()) return 0.0;
      const double rank = std::ceil(part * static_cast<double>(sorted.size()));
      return 1e3 * sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
    };
    return {{"count", sorted.size()},
            {"p50_ms", rank_ms(0.5)},
            {"p99_ms", rank_ms(0.99)},
            {"max_ms", rank_ms(1)}};
  }

 private:
  std::vector<double> seconds_;
};

}  // namespace crm_bench
