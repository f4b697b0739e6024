#include "requests/view_check.h"

#include <crm/ext/admin_views.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "requests/view_schema.h"

namespace host_stub {

namespace {

using valijson::adapters::NlohmannJsonAdapter;

std::unique_ptr<const valijson::Schema> parse_schema() {
  const auto json = nlohmann::json::parse(view_schema);
  auto schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(NlohmannJsonAdapter(json), *schema);
  return schema;
}

// Beyond the maximum the regular expressions of the standard library, which the schema's patterns
// are checked with, may use up the stack.
bool has_long_text(const Json& json) {
  if (json.is_string()) return json.get_ref<const std::string&>().size() > CRM_VIEW_TEXT_BYTES_MAX;
  return json.is_structured() && std::any_of(json.begin(), json.end(), has_long_text);
}

bool validate(const NlohmannJsonAdapter& document, valijson::ValidationResults* results) {
  static const auto schema = parse_schema();
  return valijson::Validator(valijson::Validator::kStrongTypes)
      .validate(*schema, document, results);
}

// The finding that lies deepest, since those above it only say that there is one.
std::string deepest_finding(const NlohmannJsonAdapter& document) {
  valijson::ValidationResults results;
  validate(document, &results);
  valijson::ValidationResults::Error deepest;
  deepest.description = "it does not fit";
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    if (error.context.size() > deepest.context.size()) deepest = error;
  }
  std::string place;
  for (const std::string& step : deepest.context) place += step;
  return fmt::format("at {}: {}", place, deepest.description);
}

}  // namespace

Outcome check_view(const Json& document, std::string_view view_id) {
  if (!document.is_object()) return failure(CRM_ERR_INTERNAL, "not an object");
  if (has_long_text(document)) {
    return failure(CRM_ERR_INTERNAL,
                   fmt::format("one with a text of more than {} bytes", CRM_VIEW_TEXT_BYTES_MAX));
  }
  const nlohmann::json plain = document;
  const NlohmannJsonAdapter adapter(plain);
  if (!validate(adapter, nullptr)) {
    return failure(CRM_ERR_INTERNAL,
                   "not as view.schema.json wants it, " + deepest_finding(adapter));
  }
  if (plain["view"] != view_id) {
    return failure(CRM_ERR_INTERNAL, fmt::format("of the view {}", plain["view"].dump()));
  }
  return done();
}

}  // namespace host_stub
