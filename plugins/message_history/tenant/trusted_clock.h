// The time that expiry goes by: the host's clock, as far as time that really passed bears it out.
//
// A clock that is set wrong must not decide what expires, since that is gone for good. The trusted
// time follows the host's clock, but by no more than some days for each day that a clock which only
// goes forward has counted meanwhile. STORE.md says why.
#pragma once

#include <crm/cpp/mutex.hpp>

#include <cstdint>
#include <functional>
#include <string>

#include "model/time_units.h"
#include "store/rows.h"

namespace message_history {

// How fast the trusted time moves at most, either way.
inline constexpr std::int64_t clock_days_a_day = 7;
// Further apart than this, the host's clock has jumped.
inline constexpr std::int64_t clock_jump_us = day_us;
// 2020-01-01T00:00:00Z: a clock that says less was never set.
inline constexpr std::int64_t clock_set_since_us = 1'577'836'800'000'000;

// A clock that only goes forward, whatever the host's does.
struct SteadyClock {
  std::function<std::int64_t()> now_us;
  std::string boot;  // readings of one boot of the machine go on from each other; empty: unknown
};
SteadyClock system_steady_clock();

// Both clocks at one moment.
struct ClockReading {
  std::int64_t host_us = 0;
  std::int64_t trusted_us = 0;
  bool is_jump = false;
  std::int64_t since_us = 0;  // of a jump: the trusted time when it was noticed

  // The earlier time has passed by both clocks.
  std::int64_t earlier_us() const { return host_us < trusted_us ? host_us : trusted_us; }
  std::int64_t later_us() const { return host_us < trusted_us ? trusted_us : host_us; }
  // Returns how long a jump lasts: until the trusted time has come near, if the host's clock is
  // left as it is.
  std::int64_t trusted_again_in_us() const;
};

// [any] thread.
class TrustedClock {
 public:
  // `known` is as it was saved last; without a time it is learned from the host's first.
  TrustedClock(SteadyClock steady, const TrustedTime& known);

  // `host_us` by the host's clock, now.
  ClockReading look(std::int64_t host_us);

  // As of the last look, to be saved where it is worth it: after `save_every_us` by the steady
  // clock. Without a time: not now.
  static constexpr std::int64_t save_every_us = hour_us;
  TrustedTime unsaved() const;
  void saved(const TrustedTime& time);

 private:
  const SteadyClock steady_;
  mutable crm::Mutex mutex_;
  std::int64_t trusted_us_ CRM_GUARDED_BY(mutex_) = 0;
  std::int64_t looked_us_ CRM_GUARDED_BY(mutex_) = 0;  // by the steady clock
  bool is_jump_ CRM_GUARDED_BY(mutex_) = false;
  std::int64_t since_us_ CRM_GUARDED_BY(mutex_) = 0;
  std::int64_t saved_us_ CRM_GUARDED_BY(mutex_) = 0;  // when, by the steady clock
  bool is_saved_ CRM_GUARDED_BY(mutex_) = false;
};

}  // namespace message_history
