// Reproducible random numbers: whole numbers only, the same on every machine.
#pragma once

#include <cstdint>

namespace host_stub {

// SplitMix64's last step: a bijection of the 64-bit numbers that leaves no pattern.
constexpr uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

constexpr uint64_t golden_gamma = 0x9E3779B97F4A7C15u;

// The key of the `number`-th thing below the thing that has `key`.
constexpr uint64_t derived_key(uint64_t key, uint64_t number) {
  return mixed(key + golden_gamma * (number + 1));
}

inline constexpr uint32_t ppm_all = 1'000'000;

// SplitMix64. What depends on its numbers must draw them in a fixed order.
class Random {
 public:
  explicit constexpr Random(uint64_t key) : state_(key) {}

  constexpr uint64_t next() { return mixed(state_ += golden_gamma); }

  // 0 to bound - 1; `bound` is 1 to 2^32.
  constexpr uint64_t below(uint64_t bound) { return ((next() >> 32) * bound) >> 32; }

  // low to high, both included.
  constexpr int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }

  constexpr bool chance(uint64_t ppm) { return below(ppm_all) < ppm; }

 private:
  uint64_t state_;
};

}  // namespace host_stub
