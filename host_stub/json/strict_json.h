// Parses small JSON documents from files, plugins and signatures without the surprises of a lenient
// parser: a depth cap, and duplicate keys refused.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "outcome.h"

namespace host_stub {

// Keeps the order of keys, so that what is printed is what was written.
using Json = nlohmann::ordered_json;

inline constexpr int json_depth_max = 64;

// The bytes that some editors begin a file with; parse_strict_json passes over them.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// INVALID, with a text that completes "<the thing> is ...": "not valid JSON at byte 17".
crm::Result<Json> parse_strict_json(std::string_view text, int depth_max = json_depth_max);

// The member if it is a string; NULL otherwise.
const std::string* string_member(const Json& object, const char* key);

}  // namespace host_stub
