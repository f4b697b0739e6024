#include "commands/text_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/printable.h"

namespace host_stub {

namespace {

constexpr std::size_t cell_columns_max = 44;

struct Wide {
  char32_t first;
  char32_t last;
};

// East Asian wide characters take two columns of a terminal.
constexpr Wide wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},
                         {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
                         {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

// The code point at `i`, which moves on; the text is valid UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
    code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
  }
  i += length;
  return code;
}

std::size_t columns_of(char32_t code) {
  return std::any_of(std::begin(wide), std::end(wide),
                     [code](Wide range) { return code >= range.first && code <= range.last; })
             ? 2
             : 1;
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) columns += columns_of(next_code_point(text, i));
  return columns;
}

std::string clipped(const std::string& text) {
  if (width(text) <= cell_columns_max) return text;
  std::size_t columns = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    std::size_t next = end;
    columns += columns_of(next_code_point(text, next));
    if (columns >= cell_columns_max) break;
    end = next;
  }
  return text.substr(0, end) + "…";
}

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0);
       at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

// The digits come with the value: no list of currencies is needed.
std::string money(std::int64_t amount_minor, std::size_t digits, const std::string& currency) {
  const auto bits = static_cast<std::uint64_t>(amount_minor);
  std::string text = std::to_string(amount_minor < 0 ? ~bits + 1 : bits);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  const std::size_t whole = text.size() - digits;
  if (digits > 0) text.insert(whole, ".");
  for (std::size_t at = whole; at > 3;) text.insert(at -= 3, ",");
  return fmt::format("{}{} {}", amount_minor < 0 ? "-" : "", text, currency);
}

std::string money(const Json& value) {
  return money(value.at("amount_minor").get<std::int64_t>(),
               value.at("minor_digits").get<std::size_t>(),
               value.at("currency").get<std::string>());
}

std::string cell(const Json& value, const std::string& type) {
  if (value.is_null()) return "";
  if (value.is_array()) {
    std::string all;
    for (const Json& one : value) all += (all.empty() ? "" : " + ") + cell(one, type);
    return all;
  }
  if (value.is_object()) {
    if (value.contains("amount_minor")) return money(value);
    if (value.contains("label")) return printable(value.value("label", ""));
    if (value.contains("text")) return printable(value.value("text", ""));
    return printable(value.dump());
  }
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    // The zone is printed once, above; the seconds' fraction is for machines.
    if (type == "datetime" && text.size() > 16)
      return text.substr(0, 10) + " " + text.substr(11, 5);
    return printable(text);
  }
  if (type == "percent" && value.is_number()) {
    return fmt::format("{:.1f}%", value.get<double>() * 100);
  }
  if (value.is_number_integer()) return grouped(value.get<std::int64_t>());
  return printable(value.dump());
}

bool is_number(const std::string& type) {
  return type == "integer" || type == "money" || type == "percent";
}

struct TextColumn {
  bool right = false;
  std::vector<std::string> cells;  // the first is the header
};

void print_columns(std::string& out, const std::vector<TextColumn>& columns) {
  if (columns.empty()) return;
  for (std::size_t row = 0; row < columns.front().cells.size(); ++row) {
    std::string line;
    for (const TextColumn& column : columns) {
      std::size_t widest = 0;
      for (const std::string& text : column.cells) widest = std::max(widest, width(text));
      const std::string& text = column.cells[row];
      const std::string padding(widest - width(text), ' ');
      line += "  " + (column.right ? padding + text : text + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
}

void print_table(std::string& out, const Json& table) {
  const Json& rows = table.at("rows");
  if (rows.empty()) {
    const Json empty = table.value("empty", Json::object());
    out += "  " + printable(empty.value("text", "-")) + "\n";
    return;
  }
  std::vector<TextColumn> columns;
  for (const Json& heading : table.at("columns")) {
    const std::string type = heading.at("type").get<std::string>();
    TextColumn column;
    column.right = is_number(type);
    column.cells.push_back(printable(heading.at("label").get<std::string>()));
    bool any = false;
    for (const Json& row : rows) {
      const auto found = row.find(heading.at("key").get<std::string>());
      column.cells.push_back(found == row.end() ? "" : clipped(cell(*found, type)));
      any |= !column.cells.back().empty();
    }
    if (any) columns.push_back(std::move(column));
  }
  print_columns(out, columns);
  if (!table.value("next", Json()).is_null()) out += "  …\n";
}

void print_tiles(std::string& out, const Json& tiles) {
  std::string line = " ";
  for (const Json& tile : tiles.at("tiles")) {
    line += " " + printable(tile.at("label").get<std::string>()) + " " +
            cell(tile.value("value", Json()), tile.value("type", "")) + "  ";
  }
  out += line + '\n';
}

std::string chart_value(const Json& chart, const Json& value) {
  if (value.is_null() || chart.value("value_type", "") != "money") return cell(value, "integer");
  return money(value.get<std::int64_t>(), chart.value("minor_digits", std::size_t{0}),
               chart.value("currency", ""));
}

// "12.3% · Sent", or why there is no share.
std::string share_of_step(const Json& step) {
  const std::string of = printable(step.value("of", ""));
  std::string text = step.contains("share") ? cell(step["share"], "percent") + " · " + of : "";
  if (step.contains("note")) text += (text.empty() ? "" : " ") + printable(step.value("note", ""));
  return text;
}

void print_chart(std::string& out, const Json& chart) {
  std::vector<TextColumn> columns(1);
  columns[0].cells.push_back("");
  for (const Json& label : chart.at("labels")) columns[0].cells.push_back(cell(label, "text"));
  for (const Json& series : chart.at("series")) {
    TextColumn column;
    column.right = true;
    column.cells.push_back(printable(series.at("label").get<std::string>()));
    for (const Json& value : series.at("values")) column.cells.push_back(chart_value(chart, value));
    columns.push_back(std::move(column));
  }
  if (chart.contains("steps")) {
    TextColumn& shares = columns.emplace_back();
    shares.cells.emplace_back();
    for (const Json& step : chart["steps"]) shares.cells.push_back(share_of_step(step));
    shares.cells.resize(columns[0].cells.size());
  }
  print_columns(out, columns);
}

void print_timeline(std::string& out, const Json& timeline) {
  for (const Json& entry : timeline.value("entries", Json::array())) {
    out += "  " + cell(entry.value("at", Json()), "datetime") + "  " +
           printable(entry.value("title", "")) + "  " + printable(entry.value("text", "")) + "\n";
  }
}

void print_component(std::string& out, const Json& component) {
  const std::string type = component.at("type").get<std::string>();
  if (type == "filters" || type == "actions") return;  // a terminal has nothing to press
  const std::string title = component.value("title", "");
  if (!title.empty()) out += "\n" + printable(title) + "\n";
  if (type == "tiles") print_tiles(out, component);
  if (type == "table") print_table(out, component);
  if (type == "chart") print_chart(out, component);
  if (type == "timeline") print_timeline(out, component);
  if (type == "notice") out += "  " + printable(component.value("text", "")) + "\n";
}

}  // namespace

std::string text_document(const Json& document) {
  std::string out = printable(document.value("title", "")) + "  (" +
                    printable(document.value("time_zone", "")) + ")\n";
  for (const Json& component : document.value("components", Json::array())) {
    print_component(out, component);
  }
  out.pop_back();
  return out;
}

}  // namespace host_stub
