// Spans of time in microseconds.
#pragma once

#include <cstdint>

namespace message_history {

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t minute_us = 60 * second_us;
inline constexpr std::int64_t hour_us = 60 * minute_us;
inline constexpr std::int64_t day_us = 24 * hour_us;

}  // namespace message_history
