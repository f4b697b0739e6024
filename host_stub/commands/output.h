// What commands print on stdout: their result, and nothing else.
#pragma once

#include <string_view>

#include "outcome.h"

namespace host_stub {

// Writes the line and its end. IO when stdout cannot take it (a full disk behind a redirection).
Outcome print_line(std::string_view line);

}  // namespace host_stub
