// Parses small JSON documents from files, plugins and signatures with the strict reader of the
// interface, and says in words what it refuses.
#pragma once

#include <crm/cpp/strict_json.hpp>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/outcome.h"

namespace host_stub {

// Keeps the order of keys, so that what is printed is what was written.
using Json = nlohmann::ordered_json;

inline constexpr int json_depth_max = 64;
// The depth of key sets and manifests that verify-export.sh allows as well.
inline constexpr int signed_json_depth_max = 16;

using crm::byte_order_mark;

// INVALID, with a text that completes "<the thing> is ...": "not valid JSON at byte 17".
crm::Result<Json> parse_strict_json(std::string_view text, int depth_max = json_depth_max);

// The member if it is a string; NULL otherwise.
const std::string* string_member(const Json& object, const char* key);

}  // namespace host_stub
