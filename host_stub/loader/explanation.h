// What a plugin said through crm_host.explain during the current call, kept per thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace host_stub {

// Never throws: when memory is short the detail is dropped.
void keep_explanation(std::string_view detail) noexcept;

void clear_explanation() noexcept;

// Empty when the plugin explained nothing since the last clear.
std::string take_explanation();

// "denied (-5)"; a status the interface does not know is named as such.
std::string status_text(int32_t status);

}  // namespace host_stub
