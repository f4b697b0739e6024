// A recipient: one member reached, or not, through one delivery or a chain of fallbacks. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/delivery.h"
#include "model/message.h"

namespace message_history {

enum class Outcome : std::uint8_t {
  none = 0,  // nothing reported yet
  pending = 1,
  success = 2,
  failed = 3,
  excluded = 4,  // never tried: skipped, or held out as a control
};

// Notes what the attempts of one recipient came to, in whatever order they are seen: joining is
// commutative, associative and idempotent, so that attempts may be noted by several threads.
class AttemptsSeen {
 public:
  void add(const DeliveryState& attempt);
  void join(AttemptsSeen other) { bits_ |= other.bits_; }

  Outcome outcome() const;
  bool delivered() const { return has(delivered_bit); }
  bool held_out() const { return outcome() == Outcome::excluded && has(held_out_bit); }
  bool converted() const { return has(converted_bit); }
  // Adds `recipients` of them to the counters of their message.
  void count(std::int64_t recipients, RecipientCounts& counts) const;

 private:
  static constexpr std::uint8_t any_bit = 1;
  static constexpr std::uint8_t success_bit = 2;
  static constexpr std::uint8_t failed_bit = 4;
  static constexpr std::uint8_t pending_bit = 8;
  static constexpr std::uint8_t delivered_bit = 16;
  static constexpr std::uint8_t held_out_bit = 32;
  static constexpr std::uint8_t converted_bit = 64;
  static std::uint8_t bits_of(DeliveryStatus status);
  bool has(std::uint8_t bit) const { return (bits_ & bit) != 0; }

  std::uint8_t bits_ = 0;
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
