// Divides a total by weights, with a maximum for each share.
#pragma once

#include <cstdint>
#include <vector>

namespace host_stub {

// The shares add up to `total` exactly; none is above `share_max`. The weights are 1 to 2^23; the
// total is at most share_max times their count. While it lasts, each share gets at least 1.
std::vector<int64_t> shares_by_weight(int64_t total, const std::vector<int64_t>& weights,
                                      int64_t share_max);

}  // namespace host_stub
