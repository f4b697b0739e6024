// Rows of cells as CSV bytes in one dialect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/locale.h"
#include "export/cells.h"
#include "export/columns.h"
#include "export/dialect.h"

namespace message_history {

// Appends to the caller's text. Any thread.
class CsvFormat {
 public:
  // The dialect must be an offered one.
  CsvFormat(Dialect dialect, const CsvColumns& columns);

  void append_header(Locale locale, std::string& out) const;
  void append_row(const CsvCells& cells, std::string& out) const;

 private:
  std::vector<CsvColumn> columns_;
};

// One field of raw-v1: quoted when it holds a comma, a quote, CR or LF, or begins or ends with a
// space.
void append_raw_field(std::string_view text, std::string& out);

}  // namespace message_history
