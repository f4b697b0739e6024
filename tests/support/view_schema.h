// Validates view documents against plugin_api/schema/view.schema.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace crm_test {

// Empty for a valid document; otherwise what is wrong, one finding a line. CRM_VIEW_SCHEMA, in the
// environment or as a macro, names the schema's file.
std::string schema_errors(const nlohmann::ordered_json& document);

// The same for what the schema cannot say: each cell fits its column's type, no column lacks its
// cell, ids are unique, and a chart has one value a label.
std::string form_errors(const nlohmann::ordered_json& document);

}  // namespace crm_test
