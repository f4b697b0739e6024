#include "tenant/trusted_clock.h"

#include <crm/ext/events.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <utility>

namespace message_history {

namespace {

// How far the trusted time may move in this time.
std::int64_t step_us(std::int64_t passed_us) {
  constexpr std::int64_t most_us = std::numeric_limits<std::int64_t>::max() / clock_days_a_day;
  return std::clamp<std::int64_t>(passed_us, 0, most_us) * clock_days_a_day;
}

}  // namespace

SteadyClock system_steady_clock() {
  SteadyClock clock;
  clock.now_us = [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  };
  std::ifstream boot_id("/proc/sys/kernel/random/boot_id");
  std::getline(boot_id, clock.boot);
  return clock;
}

// While the host's clock is ahead and goes on, the distance shrinks by what the trusted time moves
// more than it; while it is behind, both go towards each other.
std::int64_t ClockReading::trusted_again_in_us() const {
  const std::int64_t left_us = later_us() - earlier_us() - clock_jump_us;
  const std::int64_t closing = host_us > trusted_us ? clock_days_a_day - 1 : clock_days_a_day + 1;
  return std::max<std::int64_t>(left_us, 0) / closing;
}

// Time between two processes counts while the machine was up all the time, as its clock tells.
TrustedClock::TrustedClock(SteadyClock steady, const TrustedTime& known)
    : steady_(std::move(steady)), trusted_us_(known.us), looked_us_(steady_.now_us()) {
  if (!known.boot.empty() && known.boot == steady_.boot) {
    looked_us_ = std::min(looked_us_, known.steady_us);
    saved_us_ = looked_us_;
    is_saved_ = true;
  }
}

ClockReading TrustedClock::look(std::int64_t host_us) {
  host_us = std::clamp<std::int64_t>(host_us, CRM_TIME_US_MIN, CRM_TIME_US_MAX);
  const crm::Lock lock(mutex_);
  const std::int64_t now_us = steady_.now_us();
  const std::int64_t most_us = step_us(now_us - looked_us_);
  looked_us_ = std::max(looked_us_, now_us);
  if (trusted_us_ <= clock_set_since_us) {
    trusted_us_ = host_us;  // the first time that can be one
  } else {
    trusted_us_ += std::clamp(host_us - trusted_us_, -most_us, most_us);
  }
  trusted_us_ = std::max(trusted_us_, clock_set_since_us);
  const bool was_jump = std::exchange(is_jump_, std::abs(host_us - trusted_us_) > clock_jump_us);
  if (is_jump_ && !was_jump) since_us_ = trusted_us_;
  return {host_us, trusted_us_, is_jump_, since_us_};
}

TrustedTime TrustedClock::unsaved() const {
  const crm::Lock lock(mutex_);
  if (is_saved_ && looked_us_ - saved_us_ < save_every_us) return {};
  return {trusted_us_, looked_us_, steady_.boot};
}

void TrustedClock::saved(const TrustedTime& time) {
  const crm::Lock lock(mutex_);
  is_saved_ = true;
  saved_us_ = time.steady_us;
}

}  // namespace message_history
