// Why a delivery failed: providers' raw result codes as one short list of reasons with texts.
//
// Pure functions on constant data: any thread, no allocation, no initialisation. Every text lives
// as long as the plugin is loaded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "catalog/locale.h"
#include "model/channel.h"

namespace message_history {

// The values may be stored: append, never renumber. Zero is unclassified, so that a
// value-initialised reason claims nothing.
enum class Reason : std::uint8_t {
  unclassified = 0,
  invalid_address = 1,
  no_subscriber = 2,
  not_app_user = 3,
  token_gone = 4,
  blocked_by_user = 5,
  unreachable = 6,
  not_friend = 7,
  phone_off = 8,
  device_full = 9,
  suspended = 10,
  unsupported_device = 11,
  spam_policy = 12,
  sender_unregistered = 13,
  sender_rule = 14,
  template_mismatch = 15,
  template_missing = 16,
  profile_invalid = 17,
  quiet_hours = 18,
  too_long = 19,
  encoding = 20,
  no_balance = 21,
  rate_limited = 22,
  duplicate = 23,
  uncertain = 24,  // sent, receipt unknown: pending rather than failed
  transient = 25,
  credential = 26,
};

inline constexpr std::size_t reason_count = 27;

// In display order: unclassified last.
inline constexpr std::array<Reason, reason_count> all_reasons = [] {
  std::array<Reason, reason_count> reasons{};
  for (std::size_t index = 0; index < reason_count; ++index) {
    reasons[index] = static_cast<Reason>((index + 1) % reason_count);
  }
  return reasons;
}();

// The reason listed for exactly this provider, channel and code (case-sensitive). Anything else,
// an empty code included, is unclassified: a code is never guessed from another provider's.
Reason classify(std::string_view provider, Channel channel, std::string_view code);

// The stable name in views, exports and filters ("invalid_address").
std::string_view reason_key(Reason reason);
std::optional<Reason> reason_from_key(std::string_view key);

// What happened, in two to five words, and what the marketer can do about it. A value outside the
// list reads as unclassified, here and in reason_key.
std::string_view reason_title(Reason reason, Locale locale);
std::string_view reason_advice(Reason reason, Locale locale);

}  // namespace message_history
