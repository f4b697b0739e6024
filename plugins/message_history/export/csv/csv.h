// Lines of the dialects: how fields become bytes, and the header.
//
// Every field of a line is followed by a comma until end_line() makes a line end of the last one.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "catalog/locale.h"
#include "export/csv/columns.h"
#include "export/csv/dialect.h"

namespace message_history {

// A field without its comma: quoted when it holds a comma, a quote, CR or LF, or begins or ends
// with a space.
void append_raw_field(std::string_view text, std::string& out);

// A field without its comma: quoted, and with a ' in front where a spreadsheet would make something
// else of it. `type` is text or id.
void append_spreadsheet_field(CsvType type, std::string_view text, std::string& out);

// The two dialects as types, so that nothing asks for the dialect where rows are made. Numbers and
// times are appended between begin_plain() and end_plain() as they are: no dialect changes them.
struct RawCells {
  static constexpr Dialect dialect = Dialect::raw_v1;
  static constexpr std::string_view file_begin = "";
  static constexpr std::string_view empty = ",";

  static void append(CsvType, std::string_view text, std::string& out) {
    append_raw_field(text, out);
    out += ',';
  }
  static void begin_plain(std::string&) {}
  static void end_plain(std::string& out) { out += ','; }
};

struct SpreadsheetCells {
  static constexpr Dialect dialect = Dialect::spreadsheet_v1;
  // Without this mark, Korean Excel reads CP949.
  static constexpr std::string_view file_begin = "\xEF\xBB\xBF";
  static constexpr std::string_view empty = "\"\",";

  static void append(CsvType type, std::string_view text, std::string& out) {
    append_spreadsheet_field(type, text, out);
    out += ',';
  }
  static void begin_plain(std::string& out) { out += '"'; }
  static void end_plain(std::string& out) { out += "\","; }
};

// What `call` gives for the dialect's type: a RawCells or a SpreadsheetCells.
template <class Call>
auto with_cells(Dialect dialect, const Call& call) {
  return dialect == Dialect::raw_v1 ? call(RawCells()) : call(SpreadsheetCells());
}

// `line_begin` is where the line's first field stands in `out`; the line has a field.
inline void end_line(std::size_t line_begin, std::string& out) {
  // A lone empty field must not look like an empty line.
  if (out.size() == line_begin + 1) out.insert(line_begin, "\"\"");
  out.back() = '\r';
  out += '\n';
}

// What stands before the first row.
struct FileBegin {
  CsvColumns columns;
  Locale locale = Locale::ko;
  Dialect dialect = Dialect::raw_v1;
};
void append_file_begin(const FileBegin& file, std::string& out);

}  // namespace message_history
