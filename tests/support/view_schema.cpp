#include "support/view_schema.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#ifndef CRM_VIEW_SCHEMA
#define CRM_VIEW_SCHEMA "plugin_api/schema/view.schema.json"
#endif

namespace crm_test {

namespace {

using Json = nlohmann::ordered_json;

std::unique_ptr<const valijson::Schema> read_schema() {
  const char* const given = std::getenv("CRM_VIEW_SCHEMA");
  const std::string path = given != nullptr ? given : CRM_VIEW_SCHEMA;
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be read; set CRM_VIEW_SCHEMA to the schema");
  const auto json = nlohmann::json::parse(file);
  auto schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::NlohmannJsonAdapter(json), *schema);
  return schema;
}

const valijson::Schema& schema() {
  static const auto parsed = read_schema();
  return *parsed;
}

bool has_keys(const Json& cell, std::initializer_list<const char*> keys) {
  if (!cell.is_object()) return false;
  for (const char* key : keys) {
    if (!cell.contains(key)) return false;
  }
  return true;
}

bool fits(const std::string& type, const Json& cell) {
  if (cell.is_null()) return true;
  if (type == "text" || type == "id") return cell.is_string();
  if (type == "datetime") return cell.is_string() && cell.get<std::string>().size() >= 20;
  if (type == "integer") return cell.is_number_integer();
  if (type == "percent") return cell.is_number() || cell.is_string();
  if (type == "money") {
    return cell.is_array() || has_keys(cell, {"amount_minor", "currency", "minor_digits"});
  }
  if (type == "status") return has_keys(cell, {"value", "label", "tone"});
  if (type == "reason") return has_keys(cell, {"value", "label", "advice", "code"});
  if (type == "member") return has_keys(cell, {"text", "state"});
  return type == "link" && has_keys(cell, {"label", "open"});
}

std::string table_errors(const Json& table) {
  std::string errors;
  std::set<std::string> keys = {"open", "attempts"};
  for (const Json& column : table["columns"]) {
    const std::string key = column["key"];
    if (!keys.insert(key).second) errors += "two columns are called " + key + "\n";
    for (const Json& row : table["rows"]) {
      if (!row.contains(key)) {
        errors += "a row lacks " + key + "\n";
      } else if (!fits(column["type"], row[key])) {
        errors += "not a " + column["type"].get<std::string>() + ": " + row[key].dump() + "\n";
      }
    }
  }
  for (const Json& row : table["rows"]) {
    for (const auto& [key, cell] : row.items()) {
      if (!keys.contains(key)) errors += "no column is called " + key + "\n";
    }
  }
  if (!table.contains("empty")) errors += "a table has no empty state\n";
  return errors;
}

}  // namespace

std::string schema_errors(const Json& document) {
  const auto plain = nlohmann::json::parse(document.dump());
  const valijson::adapters::NlohmannJsonAdapter adapter(plain);
  valijson::ValidationResults results;
  if (valijson::Validator(valijson::Validator::kStrongTypes)
          .validate(schema(), adapter, &results)) {
    return {};
  }
  std::string text = "the document does not fit the schema\n";
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

std::string form_errors(const Json& document) {
  std::string errors;
  std::set<std::string> ids;
  for (const Json& component : document["components"]) {
    const std::string type = component["type"];
    if (!component.contains("id")) {
      errors += "a component has no id: " + type + "\n";
    } else if (!ids.insert(component["id"]).second) {
      errors += "two components are called " + component["id"].get<std::string>() + "\n";
    }
    if (type == "table") errors += table_errors(component);
    if (type == "timeline" && !component.contains("empty")) errors += "no empty state\n";
    if (type == "tiles") {
      for (const Json& tile : component["tiles"]) {
        if (!fits(tile["type"], tile["value"])) errors += "not its type: " + tile.dump() + "\n";
      }
    }
    if (type == "chart") {
      for (const Json& series : component["series"]) {
        if (series["values"].size() != component["labels"].size()) {
          errors += "a series has more or fewer values than labels\n";
        }
      }
      if (component["kind"] == "funnel" &&
          component["steps"].size() != component["labels"].size()) {
        errors += "a funnel has more or fewer steps than labels\n";
      }
      if (component["value_type"] == "money" && !component.contains("minor_digits")) {
        errors += "a chart of money lacks minor_digits\n";
      }
    }
  }
  return errors;
}

}  // namespace crm_test
