// Whether a view document is as plugin_api/schema/view.schema.json wants it.
#pragma once

#include <string_view>

#include "json/strict_json.h"
#include "outcome.h"

namespace host_stub {

// Of one text in a document. Beyond it the regular expressions of the standard library, which the
// schema's patterns are checked with, may use up the stack.
inline constexpr size_t view_text_bytes_max = 8192;

// INTERNAL, with a text that completes "<the document> is ...", unless it fits the schema, is the
// view that was asked for, and has no text that is too long.
Outcome check_view(const Json& document, std::string_view view_id);

}  // namespace host_stub
