// Which messages a shop of a given number of messages has.
#pragma once

#include <algorithm>
#include <cstdint>

namespace host_stub {

inline constexpr int64_t automatic_messages_max = 16;

// Small shops do without the rarer kinds; manual messages are the most.
struct CampaignMix {
  explicit constexpr CampaignMix(int64_t messages)
      : automatic(messages < 2 ? 0 : std::clamp<int64_t>(messages / 8, 1, automatic_messages_max)),
        manual(messages - automatic) {}

  int64_t automatic;
  int64_t manual;

  constexpr bool has_control_group() const { return manual >= 3; }
  constexpr bool has_scheduled() const { return manual >= 4; }
  constexpr bool has_failed() const { return manual >= 5; }
  constexpr bool has_cancelled() const { return manual >= 12; }

  // Messages that have recipients.
  constexpr int64_t sent() const {
    return automatic + manual - (has_scheduled() ? 1 : 0) - (has_cancelled() ? 1 : 0);
  }
};

}  // namespace host_stub
