// A recipient: one member reached, or not, through one delivery or a chain of fallbacks. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/delivery.h"

namespace message_history {

enum class Outcome : std::uint8_t {
  none = 0,  // nothing reported yet
  pending = 1,
  success = 2,
  failed = 3,
  excluded = 4,  // never tried: skipped, or held out as a control
};

struct Recipient {
  Outcome outcome = Outcome::none;
  bool delivered = false;  // a receipt confirmed it
  bool held_out = false;   // excluded as a member of the control group
  bool converted = false;
  MemberNo member;
  std::int64_t first_at_us = 0;
  // From when an order counts as this recipient's: the earliest success, or when it was held out.
  std::optional<std::int64_t> anchor_at_us;
  // Of a failed recipient, the attempt that failed last: the reason to show.
  const Delivery* last_failure = nullptr;
};

// The recipient behind the attempts of one chain; `attempts` is not empty.
Recipient recipient_of(std::span<const Delivery* const> attempts);

}  // namespace message_history
