// A table of the database as statements see it: its columns, and which of them are its key.
//
// Every row ends with `crc`, the checksum of its other columns in this order. Whoever reads rows
// through Connection::rows() and Connection::find() gets sound ones only, and whoever writes them
// through put() and add() cannot forget it. A column more is a word more in tables.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace message_history::sqlite {

// How a table follows from the facts. What is not a fact is compared by `crm-host check` with a
// recount, and made anew by it.
enum class Derivation : std::uint8_t {
  fact,      // reported, or kept for its own sake
  mixed,     // some of the columns follow from facts, the others are facts
  kept,      // follows from the facts that are kept
  counters,  // hold what retention has dropped as well
  sums,      // follow from counters
  lists,     // follow from counters, too; here a row of zeros is a row like any other
};

struct Table {
  std::string_view name;
  std::string_view columns;  // "a, b, c", the key first, without crc
  std::size_t key_columns = 1;
  std::size_t fixed_columns = 0;  // after the key; a row keeps them for ever
  Derivation derivation = Derivation::fact;

  constexpr std::size_t column_count() const {
    return static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
  }
};

inline std::string table_text(const Table& table) {
  return "table " + std::string(table.name);
}

}  // namespace message_history::sqlite
