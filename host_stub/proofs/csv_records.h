// Counts the records of a CSV (RFC 4180) that arrives in pieces.
#pragma once

#include <cstdint>
#include <string_view>

namespace host_stub {

class CsvRecordCounter {
 public:
  void add(std::string_view bytes);

  // The header is a record too; a last record without a line end counts.
  uint64_t records() const { return line_ends_ + (has_partial_record_ ? 1 : 0); }
  bool ends_inside_quotes() const { return is_quoted_; }

 private:
  uint64_t line_ends_ = 0;
  bool is_quoted_ = false;  // an escaped quote ("") toggles twice
  bool has_partial_record_ = false;
};

}  // namespace host_stub
