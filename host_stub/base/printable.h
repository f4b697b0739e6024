// Makes text from a plugin or a feed safe to print on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace host_stub {

// Of a name or value that a message quotes.
inline constexpr size_t shown_bytes_max = 80;

// Control characters and malformed UTF-8 as \xNN; at most `bytes_max` bytes of the text, then
// "...".
std::string printable(std::string_view text, size_t bytes_max = 4096);

}  // namespace host_stub
