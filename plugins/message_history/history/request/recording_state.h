// Says how the recording of this process goes, which views tell beside what the store holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace message_history {

struct RecordingState {
  // The host's clock is so far from the time that has passed that nothing expires.
  struct ClockJump {
    std::int64_t host_us = 0;
    std::int64_t trusted_us = 0;  // by what has passed
    std::int64_t since_us = 0;
    std::int64_t goes_on_in_us = 0;  // when the clock is left as it is
  };
  std::optional<ClockJump> clock_jump;

  // Recorded events that no page shows yet, because they could not be applied.
  struct Unapplied {
    std::int64_t events = 0;
    std::int32_t status = 0;  // of the last error
    std::string text;         // for who runs the host: names files
    std::int64_t since_us = 0;
  };
  std::optional<Unapplied> unapplied;
};

}  // namespace message_history
