// An event that was refused, with what the quarantine shows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace message_history {

struct RefusedEvent {
  std::uint64_t seq = 0;  // 0: not known
  std::string kind;
  std::string reason;
  std::string event;  // as JSON
  std::optional<std::string> member_id;
  bool again = false;  // takes the place of what was refused under this seq before
};

// Events of one name that are not known, "type survey", and were skipped.
struct SkippedEvents {
  std::string name;
  std::uint64_t count = 0;
};

}  // namespace message_history
