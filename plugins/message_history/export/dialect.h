// The dialects of the CSV, by the names that tokens and manifests use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace message_history {

// Stored in proofs by name: a released dialect never changes its bytes.
enum class Dialect : std::uint8_t {
  raw_v1,          // RFC 4180, CRLF, UTF-8, no byte order mark, exact texts: for programs
  spreadsheet_v1,  // made safe for spreadsheets
};

struct DialectInfo {
  Dialect dialect;
  std::string_view name;
  bool offered;
};

const DialectInfo& info_of(Dialect dialect);
std::optional<Dialect> dialect_from_name(std::string_view name);

}  // namespace message_history
