#include "export/csv/columns.h"

#include <algorithm>
#include <iterator>

namespace message_history {

std::optional<CsvColumn> column_from_key(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(column_infos), std::end(column_infos),
                   [key](const CsvColumnInfo& column) { return column.key == key; });
  if (found == std::end(column_infos)) return {};
  return static_cast<CsvColumn>(found - column_infos);
}

CsvColumns CsvColumns::all() {
  CsvColumns set;
  set.bits_ = (1U << column_count) - 1;
  return set;
}

bool CsvColumns::add(CsvColumn column) {
  if (has(column)) return false;
  bits_ |= 1U << static_cast<unsigned>(column);
  return true;
}

std::vector<CsvColumn> CsvColumns::list() const {
  std::vector<CsvColumn> members;
  for (std::size_t i = 0; i < column_count; ++i) {
    if (has(static_cast<CsvColumn>(i))) members.push_back(static_cast<CsvColumn>(i));
  }
  return members;
}

std::vector<std::string> CsvColumns::keys() const {
  std::vector<std::string> keys;
  for (const CsvColumn column : list()) keys.emplace_back(info_of(column).key);
  return keys;
}

}  // namespace message_history
