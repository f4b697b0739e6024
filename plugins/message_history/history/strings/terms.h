// The words of the trade in both languages: channels, results, outcomes, statuses, touches,
// verdicts.
//
// Constant data. The keys are the values that documents and parameters carry; they never change.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "attribution/last_touch.h"
#include "attribution/rule.h"
#include "catalog/locale.h"
#include "model/channel.h"
#include "model/delivery.h"
#include "model/message.h"
#include "model/recipient.h"

namespace message_history {

// How good or bad news is; the host picks the colour.
enum class Tone : std::uint8_t { neutral, info, success, warning, danger };
std::string_view tone_key(Tone tone);

// One value as documents carry it and as people read it.
struct Term {
  std::string_view key;
  Localized label;
  Tone tone = Tone::neutral;
};

inline constexpr std::array<Channel, channel_count> all_channels = {
    Channel::alimtalk, Channel::friendtalk, Channel::brand_message, Channel::sms,   Channel::lms,
    Channel::mms,      Channel::rcs,        Channel::push,          Channel::email, Channel::other};
// What a manual message can be; automatic ones also run.
inline constexpr std::array manual_results = {
    MessageResult::success, MessageResult::partial,    MessageResult::failed,
    MessageResult::waiting, MessageResult::sending,    MessageResult::scheduled,
    MessageResult::overdue, MessageResult::no_report,  MessageResult::cancelled,
    MessageResult::empty,   MessageResult::unannounced};
inline constexpr std::array shown_outcomes = {Outcome::success, Outcome::failed, Outcome::pending,
                                              Outcome::excluded};

const Term& term_of(Channel channel);
const Term& term_of(MessageKind kind);
const Term& term_of(MessageResult result);
const Term& term_of(Outcome outcome);
const Term& term_of(DeliveryStatus status);
const Term& term_of(TouchKind kind);
const Term& term_of(Verdict verdict);

inline std::string_view result_key(MessageResult result) {
  return term_of(result).key;
}
inline std::string_view outcome_key(Outcome outcome) {
  return term_of(outcome).key;
}

}  // namespace message_history
