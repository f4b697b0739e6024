// plugin_api/schema/view.schema.json, built into the binary.
#pragma once

#include <string_view>

namespace host_stub {

extern const std::string_view view_schema;

}  // namespace host_stub
