// A message (one campaign) as reported: what it is, in which state, and when it is due. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>

#include "model/channel.h"
#include "model/time_units.h"

namespace message_history {

// Values equal CRM_MESSAGE_* and CRM_STATE_*.
enum class MessageKind : std::uint8_t { unknown = 0, automatic = 1, manual = 2 };
enum class MessageState : std::uint8_t {
  unknown = 0,
  scheduled = 1,
  sending = 2,
  completed = 3,
  cancelled = 4,
};

// The message event that stands: the latest, ties by the later state, then by content.
struct MessageFacts {
  std::int64_t at_us = -1;
  MessageState state = MessageState::unknown;
  MessageKind kind = MessageKind::unknown;
  Channel channel = Channel::other;
  std::string name;
  friend auto operator<=>(const MessageFacts&, const MessageFacts&) = default;
};

// A value reported by some of the message's events only: the latest stands, ties by the larger
// value.
struct StampedValue {
  std::int64_t at_us = -1;
  std::int64_t value = 0;
  friend auto operator<=>(const StampedValue&, const StampedValue&) = default;
  bool known() const { return at_us >= 0; }
};

struct MessageReport {
  MessageFacts facts;
  StampedValue scheduled_at_us;
  StampedValue audience;

  bool known() const { return facts.kind != MessageKind::unknown; }
  friend bool operator==(const MessageReport&, const MessageReport&) = default;

  template <class T>
  static bool raise(T& have, const T& reported) {
    if (!(have < reported)) return false;
    have = reported;
    return true;
  }
};

// Recipients of one message by outcome, kept by the recorder with every batch.
struct RecipientCounts {
  std::int64_t success = 0;
  std::int64_t failed = 0;
  std::int64_t pending = 0;
  std::int64_t excluded = 0;
  std::int64_t delivered = 0;           // of success: confirmed by a receipt
  std::int64_t held_out = 0;            // of excluded: the control group
  std::int64_t converted_reached = 0;   // of success: ordered (only with a control group)
  std::int64_t converted_held_out = 0;  // of held_out: ordered

  std::int64_t recipients() const { return success + failed + pending; }
  friend bool operator==(const RecipientCounts&, const RecipientCounts&) = default;
};

// A message's result, as a marketer is told it. The values are stored: only add at the end.
enum class MessageResult : std::uint8_t {
  running,  // automatic messages run on
  scheduled,
  sending,
  cancelled,
  success,
  partial,
  failed,
  empty,        // completed, and nobody was to receive it
  waiting,      // completed, and what is pending may still decide
  no_report,    // completed with an audience, and no delivery was reported
  overdue,      // scheduled, long past its time, and no delivery was reported
  unannounced,  // named by other events only
};
inline constexpr std::size_t message_results = 12;

// How long past its time a scheduled message without a delivery becomes overdue.
inline constexpr std::int64_t overdue_after_us = day_us;
// As `now_us`: the result that time alone brings when nothing more is reported.
inline constexpr std::int64_t end_of_time_us = std::numeric_limits<std::int64_t>::max();

MessageResult result_of(const MessageReport& report, const RecipientCounts& counts,
                        std::int64_t now_us);

}  // namespace message_history
