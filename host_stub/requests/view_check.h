// Whether a view document is as plugin_api/schema/view.schema.json wants it.
#pragma once

#include <string_view>

#include "base/outcome.h"
#include "json/strict_json.h"

namespace host_stub {

// INTERNAL, with a text that completes "<the document> is ...", unless it fits the schema, is the
// view that was asked for, and has no text above CRM_VIEW_TEXT_BYTES_MAX.
Outcome check_view(const Json& document, std::string_view view_id);

}  // namespace host_stub
