#include "loader/host_log.h"

#include <crm/host.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/printable.h"

namespace host_stub {

namespace {

struct LevelLook {
  const char* name;
  const char* color;
};

LevelLook look_of(int32_t level) {
  if (level >= CRM_LOG_ERROR) return {"error", "\x1b[31m"};
  if (level == CRM_LOG_WARNING) return {"warning", "\x1b[33m"};
  if (level == CRM_LOG_INFO) return {"info", ""};
  return {"debug", "\x1b[2m"};
}

}  // namespace

HostLog::HostLog(int32_t lowest_level)
    : lowest_level_(lowest_level), colored_(isatty(STDERR_FILENO) == 1) {}

void HostLog::write(int32_t level, std::string_view origin,
                    std::string_view message) const noexcept {
  if (!shows(level)) return;
  try {
    const LevelLook look = look_of(level);
    const std::string line = fmt::format("{}{}: {}: {}{}\n", colored_ ? look.color : "", origin,
                                         look.name, printable(message), colored_ ? "\x1b[0m" : "");
    // A log that cannot be written has nowhere to complain.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  } catch (...) {
  }
}

}  // namespace host_stub
