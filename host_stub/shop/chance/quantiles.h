// Distributions as tables: straight lines between a few quantiles, in whole numbers.
#pragma once

#include <cstdint>
#include <span>

#include "shop/chance/random.h"
#include "shop/chance/shop_clock.h"

namespace host_stub {

// `value` is not reached by this share of the draws.
struct Quantile {
  uint32_t share_ppm;
  int64_t value;
};

// The shares rise from 0 to ppm_all; the values do not fall.
constexpr bool is_distribution(std::span<const Quantile> table) {
  for (size_t i = 1; i < table.size(); ++i) {
    if (table[i].share_ppm <= table[i - 1].share_ppm) return false;
    if (table[i].value < table[i - 1].value) return false;
  }
  return table.size() >= 2 && table.front().share_ppm == 0 && table.back().share_ppm == ppm_all;
}

// `share_ppm` is at most ppm_all.
constexpr int64_t value_at(std::span<const Quantile> table, uint32_t share_ppm) {
  size_t i = 1;
  while (table[i].share_ppm < share_ppm) ++i;
  const Quantile& low = table[i - 1];
  const Quantile& high = table[i];
  return low.value +
         (high.value - low.value) * (share_ppm - low.share_ppm) / (high.share_ppm - low.share_ppm);
}

// For a table of seconds.
inline int64_t draw_us(std::span<const Quantile> table_s, Random& random) {
  const int64_t whole_s = value_at(table_s, static_cast<uint32_t>(random.below(ppm_all)));
  return whole_s * second_us + static_cast<int64_t>(random.below(second_us));
}

}  // namespace host_stub
