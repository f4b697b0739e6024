// Lines of raw-v1: how fields become bytes, and the header.
//
// Every field of a line is followed by a comma until end_line() makes a line end of the last one.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "catalog/locale.h"
#include "export/columns.h"

namespace message_history {

// A field without its comma: quoted when it holds a comma, a quote, CR or LF, or begins or ends
// with a space.
void append_raw_field(std::string_view text, std::string& out);

inline void append_cell(std::string_view text, std::string& out) {
  append_raw_field(text, out);
  out += ',';
}

// `line_begin` is where the line's first field stands in `out`; the line has a field.
inline void end_line(std::size_t line_begin, std::string& out) {
  // A lone empty field must not look like an empty line.
  if (out.size() == line_begin + 1) out.insert(line_begin, "\"\"");
  out.back() = '\r';
  out += '\n';
}

void append_header(const CsvColumns& columns, Locale locale, std::string& out);

}  // namespace message_history
