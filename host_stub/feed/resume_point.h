// The place in a stream where reading goes on, and what is read of it in spite of that.
#pragma once

#include <cstdint>
#include <vector>

namespace host_stub {

// Which lines are taken although their events lie at or below the position, marked CRM_EVENT_AGAIN.
enum class TakenAgain : uint8_t {
  none,
  listed_lines,  // of the feed's lines only those that are listed are read at all
  every_line,
};

struct ResumePoint {
  uint64_t position = 0;          // events up to it are duplicates
  std::vector<uint64_t> refused;  // rising; sequence numbers up to it that the plugin refused
};

}  // namespace host_stub
