#include "loader/explanation.h"

#include <crm/base.h>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace host_stub {

namespace {

constexpr size_t detail_bytes_max = 4096;

thread_local std::string explained;

constexpr std::array<const char*, 13> status_names = {
    "ok",        "invalid", "unsupported", "version", "not found", "denied",  "busy",
    "cancelled", "i/o",     "corrupt",     "full",    "no memory", "internal"};

}  // namespace

void keep_explanation(std::string_view detail) noexcept {
  try {
    explained.assign(detail.substr(0, detail_bytes_max));
  } catch (...) {
    explained.clear();
  }
}

void clear_explanation() noexcept {
  explained.clear();
}

std::string take_explanation() {
  return std::exchange(explained, {});
}

std::string status_text(int32_t status) {
  const auto index = -static_cast<int64_t>(status);
  if (index < 0 || index >= static_cast<int64_t>(status_names.size())) {
    return fmt::format("status {}, which the interface does not define", status);
  }
  return fmt::format("{} ({})", status_names[static_cast<size_t>(index)], status);
}

}  // namespace host_stub
