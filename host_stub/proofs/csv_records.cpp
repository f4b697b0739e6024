#include "proofs/csv_records.h"

namespace host_stub {

void CsvRecordCounter::add(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '"') is_quoted_ = !is_quoted_;
    const bool ends_record = c == '\n' && !is_quoted_;
    line_ends_ += ends_record ? 1 : 0;
    has_partial_record_ = !ends_record;
  }
}

}  // namespace host_stub
