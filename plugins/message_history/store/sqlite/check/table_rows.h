// Table rows: any table's rows as cells, by the order of its key, for whoever treats all tables
// alike.
//
// One connection, one thread. Throws crm::Failure as the connection does.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// A value of a column. Cells compare as SQLite orders them: nothing, numbers, texts, blobs.
struct Cell {
  enum class Type : std::uint8_t { nothing, number, text, blob };
  Type type = Type::nothing;
  std::int64_t number = 0;
  std::string bytes;
  friend auto operator<=>(const Cell&, const Cell&) = default;

  std::string text() const;  // for people
};
using Cells = std::vector<Cell>;

Cell read_cell(Query& query);
void bind_cell(Query& query, const Cell& cell);

// The columns of a table: those of the key first, in its order.
class TableShape {
 public:
  TableShape(Connection& db, const Table& table);

  const std::string& table() const { return table_; }
  Derivation derivation() const { return derivation_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t keys() const { return keys_; }

  // Statements of all columns in this order. They live as long as the shape.
  const char* select() const { return select_.c_str(); }
  const char* insert() const { return insert_.c_str(); }
  const char* replace() const { return replace_.c_str(); }
  const char* update() const { return update_.c_str(); }  // ?1 to ?n; the key says where

  // The key of a row, for people.
  std::string name_of(std::span<const Cell> row) const;

 private:
  std::string table_;
  Derivation derivation_;
  std::vector<std::string> columns_;
  std::size_t keys_ = 0;
  std::string select_;
  std::string insert_;
  std::string replace_;
  std::string update_;
};

// Walks the rows of a table in the order of its key. Rows that `is_nothing` says are passed over.
class TableWalk {
 public:
  using IsNothing = bool (*)(const TableShape& shape, const Cells& row);

  // The shape outlives the walk.
  TableWalk(Connection& db, const TableShape& shape, IsNothing is_nothing);

  bool valid() const { return valid_; }
  const Cells& row() const { return row_; }
  std::span<const Cell> key() const { return std::span(row_).first(shape_.keys()); }
  void next();

 private:
  const TableShape& shape_;
  IsNothing is_nothing_;
  Query query_;
  Cells row_;
  bool valid_ = false;
};

void write_row(Connection& db, const char* statement, const Cells& row);

}  // namespace message_history::sqlite
