#include "export/csv.h"

#include <algorithm>
#include <array>

namespace message_history {

namespace {

constexpr auto quoted_bytes = [] {
  std::array<bool, 256> quoted{};
  for (const char c : {',', '"', '\r', '\n'}) quoted[static_cast<unsigned char>(c)] = true;
  return quoted;
}();

bool needs_quotes(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == ' ' || text.back() == ' ') return true;
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return quoted_bytes[static_cast<unsigned char>(c)]; });
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

void append_header(const CsvColumns& columns, Locale locale, std::string& out) {
  const std::size_t line_begin = out.size();
  for (const CsvColumn column : columns.list()) {
    append_cell(info_of(column).header.in(locale), out);
  }
  end_line(line_begin, out);
}

}  // namespace message_history
