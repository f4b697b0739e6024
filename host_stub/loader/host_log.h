// The host's log: one line a message on stderr, in one write, so that threads never mix lines.
#pragma once

#include <cstdint>
#include <string_view>

namespace host_stub {

// Thread-safe.
class HostLog {
 public:
  // Messages below `lowest_level` (CRM_LOG_*) are dropped.
  explicit HostLog(int32_t lowest_level);

  void write(int32_t level, std::string_view origin, std::string_view message) const noexcept;

  bool shows(int32_t level) const { return level >= lowest_level_; }

 private:
  int32_t lowest_level_;
  bool colored_;  // stderr is a terminal
};

}  // namespace host_stub
