// The attribution rule in force: windows per kind of touch. Every number is configurable per
// tenant.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/time_units.h"

namespace message_history {

// The longest window that can be set.
inline constexpr std::int64_t window_hours_max = 24 * 365;

// In rising rank, but for click and coupon, which share theirs. Stored: values never change.
enum class TouchKind : std::uint8_t {
  delivered = 1,
  open = 2,
  click = 3,
  coupon = 4,
  explicit_message = 5,
};

// A window of 0 switches its kind off. Inclusive: an order exactly at the end still counts.
struct Rule {
  std::int64_t version = 1;
  std::int64_t click_window_us = 7 * day_us;
  std::int64_t coupon_window_us = 7 * day_us;
  std::int64_t delivered_window_us = day_us;
  std::int64_t open_window_us = 0;
  std::int64_t conversion_window_us = 7 * day_us;  // control groups: reached against held out

  std::int64_t window_us(TouchKind kind) const {
    switch (kind) {
      case TouchKind::delivered:
        return delivered_window_us;
      case TouchKind::open:
        return open_window_us;
      case TouchKind::click:
        return click_window_us;
      case TouchKind::coupon:
        return coupon_window_us;
      case TouchKind::explicit_message:
        break;
    }
    return 0;
  }

  std::int64_t touch_window_max_us() const {
    return std::max({click_window_us, coupon_window_us, open_window_us});
  }

  friend bool operator==(const Rule&, const Rule&) = default;
};

}  // namespace message_history
