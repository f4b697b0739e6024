// What commands print on stdout: their result, and nothing else.
#pragma once

#include <string_view>

#include "base/outcome.h"

namespace host_stub {

// Both are IO when stdout cannot take it (a full disk behind a redirection).
Outcome print_text(std::string_view text);
// Writes the line and its end.
Outcome print_line(std::string_view line);

}  // namespace host_stub
