// The time of day, in the interface's unit.
#pragma once

#include <chrono>
#include <cstdint>

namespace host_stub {

// Microseconds since 1970, UTC.
inline int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace host_stub
