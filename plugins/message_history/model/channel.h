// The channels a message can travel on. Values equal the CRM_CHANNEL_* constants of the interface.
#pragma once

#include <cstdint>
#include <string_view>

namespace message_history {

enum class Channel : std::uint8_t {
  other = 0,
  alimtalk = 1,
  friendtalk = 2,
  brand_message = 3,
  sms = 4,
  lms = 5,
  mms = 6,
  rcs = 7,
  push = 8,
  email = 9,
};

inline constexpr std::uint32_t channel_count = 10;

constexpr std::string_view channel_key(Channel channel) {
  constexpr std::string_view keys[channel_count] = {
      "other", "alimtalk", "friendtalk", "brand_message", "sms",
      "lms",   "mms",      "rcs",        "push",          "email"};
  return keys[static_cast<std::uint8_t>(channel)];
}

}  // namespace message_history
