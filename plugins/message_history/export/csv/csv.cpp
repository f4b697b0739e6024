#include "export/csv/csv.h"

#include <algorithm>
#include <array>

#include "encoding/unicode_text.h"

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

// The quotes around a field, but for the first.
void append_quoted(std::string_view text, std::string& out) {
  for (std::size_t quote = 0; (quote = text.find('"')) != std::string_view::npos;) {
    out += text.substr(0, quote + 1);
    out += '"';
    text.remove_prefix(quote + 1);
  }
  out += text;
  out += '"';
}

// Most texts: ASCII that is seen, and the planes from U+4000 to U+EFFF, Hangul among them.
bool begins_harmless(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  return (lead > 0x20 && lead < 0x7F) || (lead >= 0xE4 && lead <= 0xEE);
}

// True when the text begins like a formula, also in full width. Unseen characters before that are
// passed over: spreadsheets, and people who copy a cell, drop more than spaces.
bool begins_risky(std::string_view text) {
  do {
    if (text.empty()) return false;
    if (std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos) return true;
    if (begins_harmless(text)) return false;
  } while (take_invisible(text));
  return text.starts_with("＝") || text.starts_with("＋") || text.starts_with("－") ||
         text.starts_with("＠");
}

// Spreadsheets drop a number's leading zeros and show long ones as 1.23457E+11.
constexpr std::size_t long_number_digits = 12;

bool is_damaged_as_number(std::string_view id) {
  if (id.empty() || (id.front() != '0' && id.size() < long_number_digits)) return false;
  return std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool needs_apostrophe(CsvType type, std::string_view text) {
  return text.starts_with('\'') ||  // so that taking one away always gives the text
         begins_risky(text) || (type == CsvType::id && is_damaged_as_number(text)) ||
         text.find('\0') != std::string_view::npos;  // dropped, so anything can come to the front
}

}  // namespace

void append_raw_field(std::string_view text, std::string& out) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  append_quoted(text, out);
}

void append_spreadsheet_field(CsvType type, std::string_view text, std::string& out) {
  out += '"';
  if (needs_apostrophe(type, text)) out += '\'';
  append_quoted(text, out);
}

void append_file_begin(const FileBegin& file, std::string& out) {
  with_cells(file.dialect, [&]<class Cells>(Cells) {
    out += Cells::file_begin;
    const std::size_t line_begin = out.size();
    for (const CsvColumn column : file.columns.list()) {
      Cells::append(CsvType::text, info_of(column).header.in(file.locale), out);
    }
    end_line(line_begin, out);
  });
}

}  // namespace message_history
