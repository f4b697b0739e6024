// The providers' code tables behind classify(); internal to the catalog and its tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "catalog/reason.h"
#include "model/channel.h"

namespace message_history {

struct CodeReason {
  std::string_view code;
  Reason reason;
};

// One bit a channel.
using ChannelSet = std::uint16_t;
static_assert(channel_count <= 16);

constexpr ChannelSet channel_bit(Channel channel) {
  const auto index = static_cast<std::uint8_t>(channel);
  return index < channel_count ? static_cast<ChannelSet>(1U << index) : ChannelSet{0};
}

inline constexpr ChannelSet kakao_channels = channel_bit(Channel::alimtalk) |
                                             channel_bit(Channel::friendtalk) |
                                             channel_bit(Channel::brand_message);
inline constexpr ChannelSet text_channels =
    channel_bit(Channel::sms) | channel_bit(Channel::lms) | channel_bit(Channel::mms);

// One provider's codes on the channels where they mean this. Codes ascend strictly, by bytes. Two
// tables of one provider share no code on a common channel.
struct CodeTable {
  std::string_view provider;
  ChannelSet channels;
  std::span<const CodeReason> codes;
};

constexpr bool strictly_ascending(std::span<const CodeReason> codes) {
  for (std::size_t index = 1; index < codes.size(); ++index) {
    if (!(codes[index - 1].code < codes[index].code)) return false;
  }
  return true;
}

std::span<const CodeTable> kakao_code_tables();
std::span<const CodeTable> sms_code_tables();
std::span<const CodeTable> multichannel_code_tables();
std::span<const CodeTable> email_push_code_tables();

}  // namespace message_history
