// A view document as text for a terminal: titles, tiles, tables, charts as tables.
//
// Knows the document's types (view.schema.json) and nothing of what they show.
#pragma once

#include <string>

#include "json/strict_json.h"

namespace host_stub {

std::string text_document(const Json& document);

}  // namespace host_stub
