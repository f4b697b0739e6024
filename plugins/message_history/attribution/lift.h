// Incremental effect: conversion of reached members against the held-out control group. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace message_history {

struct GroupCounts {
  std::int64_t reached = 0;
  std::int64_t reached_converted = 0;
  std::int64_t held_out = 0;
  std::int64_t held_out_converted = 0;
};

// Rates and differences as fractions: 0.012 is 1.2 percent, or percentage points.
struct Lift {
  double reached_rate = 0;
  double held_out_rate = 0;
  double difference = 0;
  double low = 0;  // 95% interval of the difference
  double high = 0;
  bool conclusive = false;  // the interval does not contain 0
};

// Below these the answer is "too little data to say".
inline constexpr std::int64_t lift_group_members_min = 100;
inline constexpr std::int64_t lift_converted_min = 10;

// Newcombe's hybrid score interval for a difference of two proportions, which stays honest at small
// rates. Empty when a group or the number of conversions is too small.
std::optional<Lift> lift_of(const GroupCounts& counts);

}  // namespace message_history
