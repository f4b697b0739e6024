// What a step that only succeeds or fails returns.
#pragma once

#include <crm/cpp/failure.hpp>

#include <string>
#include <utility>
#include <variant>

namespace host_stub {

using Outcome = crm::Result<std::monostate>;

inline Outcome done() {
  return std::monostate{};
}

inline crm::Error failure(int32_t status, std::string detail) {
  return crm::Error{status, std::move(detail)};
}

}  // namespace host_stub
