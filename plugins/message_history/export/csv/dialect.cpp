#include "export/csv/dialect.h"

#include <cstddef>

namespace message_history {

namespace {

// Indexed by the dialect's value.
constexpr std::string_view names[] = {"raw-v1", "spreadsheet-v1"};

}  // namespace

std::string_view name_of(Dialect dialect) {
  return names[static_cast<std::size_t>(dialect)];
}

std::optional<Dialect> dialect_from_name(std::string_view name) {
  for (const Dialect dialect : {Dialect::raw_v1, Dialect::spreadsheet_v1}) {
    if (name_of(dialect) == name) return dialect;
  }
  return {};
}

}  // namespace message_history
