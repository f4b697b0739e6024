// The providers a shop sends through: what they cost, and how and how often they fail.
//
// The result codes are facts from the providers' public lists; the shares are of the shop's making.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace host_stub {

struct FailureCode {
  std::string_view code;
  uint32_t share;           // of the failures; relative to the other codes
  std::string_view detail;  // the provider's words; may be empty
};

// One provider on one channel. Everything is constant data.
struct Carrier {
  std::string_view provider;
  uint32_t channel;  // CRM_CHANNEL_*
  int64_t cost_minor;
  uint32_t failed_ppm;
  std::span<const FailureCode> failures;
  std::string_view uncertain_code;
  bool confirms;       // reports that a delivery arrived
  bool reports_opens;  // and that it was looked at
};

// The carrier for the message of that key; the channels are as often as shops use them.
const Carrier& carrier_of_message(uint64_t key);

// Who sends to a member's phone: a push goes to Google's or Apple's service.
const Carrier& carrier_of_member(const Carrier& carrier, int64_t member);

// Who sends the text message in place of a failed AlimTalk.
const Carrier& text_carrier(const Carrier& carrier, bool is_long);

// A message that fails for every member: its Kakao channel is blocked.
const Carrier& blocked_carrier();

const FailureCode& failure_at(const Carrier& carrier, uint64_t random);

}  // namespace host_stub
