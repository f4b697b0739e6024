#include "store/sqlite/check/table_compare.h"

#include <fmt/format.h>

#include <algorithm>

namespace message_history::sqlite {

namespace {

// Values of the row, for people.
std::string values_of(const TableShape& shape, const Cells& row) {
  std::string text;
  for (std::size_t i = shape.keys(); i < row.size(); ++i) {
    if (is_checksum(shape.columns()[i])) continue;
    if (!text.empty()) text += ", ";
    text += shape.columns()[i] + ' ' + row[i].text();
  }
  return text;
}

// Whether the row has values, all of them zero.
bool is_zero_row(const TableShape& shape, const Cells& row) {
  bool has_values = false;
  for (std::size_t i = shape.keys(); i < row.size(); ++i) {
    if (is_checksum(shape.columns()[i])) continue;
    if (row[i].type != Cell::Type::number || row[i].number != 0) return false;
    has_values = true;
  }
  return has_values;
}

}  // namespace

bool is_checksum(std::string_view column) {
  return column == "crc";
}

void each_pair(const TwoDatabases& databases, const TableShape& shape, const RowsVisit& visit) {
  const bool has_zeros = shape.derivation() == Derivation::lists;
  const TableWalk::IsNothing is_nothing = has_zeros ? nullptr : is_zero_row;
  TableWalk stored(databases.stored, shape, is_nothing);
  TableWalk counted(databases.counted, shape, is_nothing);
  while (stored.valid() || counted.valid()) {
    const bool has_both = stored.valid() && counted.valid();
    const auto order = has_both ? std::lexicographical_compare_three_way(
                                      stored.key().begin(), stored.key().end(),
                                      counted.key().begin(), counted.key().end())
                                : std::strong_ordering::equal;
    const bool takes_stored = stored.valid() && (!has_both || order <= 0);
    const bool takes_counted = counted.valid() && (!has_both || order >= 0);
    visit(takes_stored ? &stored.row() : nullptr, takes_counted ? &counted.row() : nullptr);
    if (takes_stored) stored.next();
    if (takes_counted) counted.next();
  }
}

bool are_equal(const TableShape& shape, const Cells& stored, const Cells& counted) {
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (stored[i] != counted[i] && !is_checksum(shape.columns()[i])) return false;
  }
  return true;
}

std::string difference_of(const TableShape& shape, const Cells* stored, const Cells* counted) {
  if (stored == nullptr) {
    return fmt::format("is missing; the facts give {}", values_of(shape, *counted));
  }
  if (counted == nullptr) {
    return fmt::format("is there ({}), and nothing of the facts gives it",
                       values_of(shape, *stored));
  }
  std::string text;
  for (std::size_t i = 0; i < stored->size(); ++i) {
    if ((*stored)[i] == (*counted)[i] || is_checksum(shape.columns()[i])) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} is {}, the facts give {}", shape.columns()[i], (*stored)[i].text(),
                        (*counted)[i].text());
  }
  return text;
}

}  // namespace message_history::sqlite
