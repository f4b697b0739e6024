// JSON from outside: one object, no key twice, a few levels deep, nothing before or after it.
#pragma once

#include <crm/cpp/failure.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace message_history {

inline constexpr int strict_json_depth_max = 8;

// `what` names the text in the explanation ("the token's header"). INVALID when it is anything
// else.
crm::Result<nlohmann::json> parse_strict_object(std::string_view text, std::string_view what);

}  // namespace message_history
