#include "export/dialect.h"

#include <cstddef>

namespace message_history {

namespace {

// Indexed by the dialect's value.
constexpr DialectInfo dialects[] = {
    {Dialect::raw_v1, "raw-v1", true},
    {Dialect::spreadsheet_v1, "spreadsheet-v1", false},
};

}  // namespace

const DialectInfo& info_of(Dialect dialect) {
  return dialects[static_cast<std::size_t>(dialect)];
}

std::optional<Dialect> dialect_from_name(std::string_view name) {
  for (const DialectInfo& known : dialects) {
    if (known.name == name) return known.dialect;
  }
  return {};
}

}  // namespace message_history
