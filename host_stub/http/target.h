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

// What is no escape stays as it is, as in browsers.
Target parse_target(std::string_view target);

}  // namespace host_stub::http
