// The shop's hours: lengths of time, its zone, and when in a day its members are awake.
#pragma once

#include <array>
#include <cstdint>

#include "shop/chance/random.h"

namespace host_stub {

inline constexpr int64_t second_us = 1'000'000;
inline constexpr int64_t minute_us = 60 * second_us;
inline constexpr int64_t hour_us = 60 * minute_us;
inline constexpr int64_t day_us = 24 * hour_us;

inline constexpr int64_t shop_offset_us =
    9 * hour_us;  // of shop_time_zone, which has no summer time

// Some time of the shop's days, as microseconds UTC.
struct SendingPeriod {
  int64_t begin_us = 0;  // midnight in the shop's zone
  int64_t days = 0;

  constexpr int64_t duration_us() const { return days * day_us; }
  constexpr int64_t end_us() const { return begin_us + duration_us(); }
};

// The share of a day's activity in each of its hours.
inline constexpr std::array<int64_t, 24> hour_shares_permille = {
    22, 12, 7, 5, 5, 7, 14, 26, 40, 50, 60, 60, 62, 55, 52, 52, 52, 50, 52, 60, 72, 75, 65, 45};

// The time of day before which this part of the day's activity lies; both 0 to day_us - 1.
constexpr int64_t time_of_activity_us(int64_t activity_us) {
  constexpr int64_t permille_us = day_us / 1000;
  int64_t left_us = activity_us;
  int64_t hour = 0;
  for (; left_us >= hour_shares_permille[static_cast<size_t>(hour)] * permille_us; ++hour) {
    left_us -= hour_shares_permille[static_cast<size_t>(hour)] * permille_us;
  }
  const int64_t share_permille = hour_shares_permille[static_cast<size_t>(hour)];
  // left_us * hour_us / (share_permille * permille_us), reduced so that it fits 64 bits.
  static_assert(hour_us * 864 == permille_us * 36'000);
  return hour * hour_us + left_us * 36'000 / (share_permille * 864);
}

// When the `place`-th of `count` things happens that are spread over the period as its days are
// busy. Does not fall with the place. `count` is at most 2^31.
constexpr int64_t spread_time_us(const SendingPeriod& period, int64_t place, int64_t count,
                                 Random random) {
  constexpr int64_t grains = 1 << 16;
  const int64_t step_us = period.duration_us() / count;
  const int64_t rest_us = period.duration_us() % count;
  const int64_t activity_us = place * step_us + place * rest_us / count +
                              step_us / grains * static_cast<int64_t>(random.below(grains));
  return period.begin_us + activity_us / day_us * day_us +
         time_of_activity_us(activity_us % day_us);
}

}  // namespace host_stub
