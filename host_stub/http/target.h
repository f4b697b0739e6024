// The address of a request: its path and the parameters of its query, decoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace host_stub::http {

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> params;
};

// Leaves a percent sign that begins no escape as it is, as browsers do.
Target parse_target(std::string_view target);

}  // namespace host_stub::http
