#include "store/sqlite/check/table_rows.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <utility>

namespace message_history::sqlite {

namespace {

constexpr std::size_t shown_bytes_max = 64;

bool is_plain(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](const char c) { return c >= ' ' && c != '\x7f'; });
}

}  // namespace

std::string Cell::text() const {
  switch (type) {
    case Type::nothing:
      return "nothing";
    case Type::number:
      return std::to_string(number);
    case Type::text:
      if (bytes.size() <= shown_bytes_max && is_plain(bytes)) return '"' + bytes + '"';
      break;
    case Type::blob:
      break;
  }
  std::string hex;
  for (const char c : std::string_view(bytes).substr(0, shown_bytes_max / 2)) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("{} bytes {}{}", bytes.size(), hex,
                     bytes.size() > shown_bytes_max / 2 ? "..." : "");
}

Cell read_cell(Query& query) {
  switch (query.type()) {
    case SQLITE_NULL:
      query.bytes();
      return {};
    case SQLITE_INTEGER:
      return {Cell::Type::number, query.integer(), {}};
    case SQLITE_BLOB:
      return {Cell::Type::blob, 0, query.text()};
    default:
      return {Cell::Type::text, 0, query.text()};
  }
}

void bind_cell(Query& query, const Cell& cell) {
  switch (cell.type) {
    case Cell::Type::nothing:
      query.bind_null();
      return;
    case Cell::Type::number:
      query.bind(cell.number);
      return;
    case Cell::Type::text:
      query.bind(std::string_view(cell.bytes));
      return;
    case Cell::Type::blob:
      query.bind_blob(cell.bytes);
      return;
  }
}

TableShape::TableShape(Connection& db, const Table& table)
    : table_(table.name), derivation_(table.derivation) {
  std::map<std::int64_t, std::string> keys;  // by their place in the key
  std::vector<std::string> others;
  Query query = db.query("SELECT name, pk FROM pragma_table_info(?)");
  query.bind(std::string_view(table_));
  while (query.step()) {
    std::string name = query.text();
    const std::int64_t place = query.integer();
    if (place > 0) {
      keys[place] = std::move(name);
    } else {
      others.push_back(std::move(name));
    }
  }
  for (auto& [place, name] : keys) columns_.push_back(std::move(name));
  keys_ = columns_.size();
  columns_.insert(columns_.end(), others.begin(), others.end());

  const auto listed = [this](std::size_t first, std::size_t last, std::string_view between,
                             bool places) {
    std::string text;
    for (std::size_t i = first; i < last; ++i) {
      if (i > first) text += between;
      text += fmt::format("\"{}\"", columns_[i]);
      if (places) text += fmt::format(" = ?{}", i + 1);
    }
    return text;
  };
  const std::size_t all = columns_.size();
  select_ = fmt::format("SELECT {} FROM {} ORDER BY {}", listed(0, all, ", ", false), table_,
                        listed(0, keys_, ", ", false));
  std::string places = "?";
  for (std::size_t i = 1; i < all; ++i) places += ", ?";
  insert_ =
      fmt::format("INSERT INTO {} ({}) VALUES ({})", table_, listed(0, all, ", ", false), places);
  replace_ = "INSERT OR REPLACE" + insert_.substr(6);
  update_ = fmt::format("UPDATE {} SET {} WHERE {}", table_, listed(keys_, all, ", ", true),
                        listed(0, keys_, " AND ", true));
}

std::string TableShape::name_of(std::span<const Cell> row) const {
  std::string name;
  for (std::size_t i = 0; i < keys_; ++i) {
    if (i > 0) name += ", ";
    name += columns_[i] + ' ' + row[i].text();
  }
  return name;
}

TableWalk::TableWalk(Connection& db, const TableShape& shape, IsNothing is_nothing)
    : shape_(shape), is_nothing_(is_nothing), query_(db.query(shape.select())) {
  row_.resize(shape.columns().size());
  next();
}

void TableWalk::next() {
  do {
    valid_ = query_.step();
    if (!valid_) return;
    for (Cell& cell : row_) cell = read_cell(query_);
  } while (is_nothing_ != nullptr && is_nothing_(shape_, row_));
}

void write_row(Connection& db, const char* statement, const Cells& row) {
  Query query = db.query(statement);
  for (const Cell& cell : row) bind_cell(query, cell);
  query.run();
}

}  // namespace message_history::sqlite
