#include "export/csv.h"

#include <cassert>

namespace message_history {

namespace {

bool needs_quotes(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == ' ' || text.back() == ' ') return true;
  for (const char c : text) {
    if (c == ',' || c == '"' || c == '\r' || c == '\n') return true;
  }
  return false;
}

template <class CellOf>
void append_line(const std::vector<CsvColumn>& columns, std::string& out, const CellOf& cell_of) {
  const std::size_t line_begin = out.size();
  bool first = true;
  for (const CsvColumn column : columns) {
    if (!first) out.push_back(',');
    first = false;
    append_raw_field(cell_of(column), out);
  }
  // A lone empty field must not look like an empty line.
  if (columns.size() == 1 && out.size() == line_begin) out += "\"\"";
  out += "\r\n";
}

}  // namespace

void append_raw_field(std::string_view text, std::string& out) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

CsvFormat::CsvFormat([[maybe_unused]] Dialect dialect, const CsvColumns& columns)
    : columns_(columns.list()) {
  assert(info_of(dialect).offered);
}

void CsvFormat::append_header(Locale locale, std::string& out) const {
  append_line(columns_, out, [&](CsvColumn column) { return info_of(column).header.in(locale); });
}

void CsvFormat::append_row(const CsvCells& cells, std::string& out) const {
  append_line(columns_, out, [&](CsvColumn column) { return cells[column]; });
}

}  // namespace message_history
