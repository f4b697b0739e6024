// The members in a different random order for every key, without a list of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "shop/chance/random.h"

namespace host_stub {

// Multiplications and shifts that can be undone permute the numbers of `bits_` bits; walking on
// until the result is a member's number leaves a permutation of the members.
class MemberPermutation {
 public:
  // `members` is at least 1.
  explicit MemberPermutation(int64_t members)
      : members_(static_cast<uint64_t>(members)),
        bits_(std::max(2, static_cast<int>(std::bit_width(members_ - 1)))),
        mask_((uint64_t{1} << bits_) - 1) {}

  // The member at `place`, both from 0 to members - 1.
  int64_t at(uint64_t key, int64_t place) const {
    uint64_t x = static_cast<uint64_t>(place);
    do {
      x = step(key, x);
    } while (x >= members_);
    return static_cast<int64_t>(x);
  }

 private:
  uint64_t step(uint64_t key, uint64_t x) const {
    const int half = (bits_ + 1) / 2;
    x = ((x + key) * (key | 1)) & mask_;
    x ^= x >> half;
    x = (x * 0xD6E8FEB86659FD93u + (key >> 32)) & mask_;
    x ^= x >> half;
    return (x * 0x9E3779B97F4A7C15u) & mask_;
  }

  uint64_t members_;
  int bits_;
  uint64_t mask_;
};

}  // namespace host_stub
