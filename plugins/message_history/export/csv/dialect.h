// The dialects of the CSV, by the names that tokens and manifests use. DIALECTS.md specifies them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace message_history {

// Stored in proofs by name: a released dialect never changes its bytes.
enum class Dialect : std::uint8_t {
  raw_v1,          // RFC 4180, CRLF, UTF-8, no byte order mark, exact texts: for programs
  spreadsheet_v1,  // byte order mark, every field quoted, no text is taken for a formula or a
                   // number
};

std::string_view name_of(Dialect dialect);
std::optional<Dialect> dialect_from_name(std::string_view name);

}  // namespace message_history
