#include "shop/chance/shares.h"

#include <algorithm>
#include <numeric>

namespace host_stub {

std::vector<int64_t> shares_by_weight(int64_t total, const std::vector<int64_t>& weights,
                                      int64_t share_max) {
  const auto count = static_cast<int64_t>(weights.size());
  std::vector<size_t> heaviest_first(weights.size());
  std::iota(heaviest_first.begin(), heaviest_first.end(), size_t{0});
  std::stable_sort(heaviest_first.begin(), heaviest_first.end(),
                   [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  const int64_t each = total >= count ? 1 : 0;
  int64_t left = total - each * count;
  int64_t weight_left = std::accumulate(weights.begin(), weights.end(), int64_t{0});
  std::vector<int64_t> shares(weights.size());
  // What a full share cannot take is divided among the lighter ones.
  for (const size_t i : heaviest_first) {
    const int64_t fair =
        left / weight_left * weights[i] + left % weight_left * weights[i] / weight_left;
    const int64_t share = std::min(fair, share_max - each);
    shares[i] = each + share;
    left -= share;
    weight_left -= weights[i];
  }
  return shares;
}

}  // namespace host_stub
