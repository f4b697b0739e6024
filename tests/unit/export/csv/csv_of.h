// The rows of an export as CSV, and CSV as fields, for the tests of the export.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "export/csv/row_stream.h"
#include "unit/export/fake_store.h"

namespace message_history {

// With that many threads beside the calling one.
struct RowsBy {
  std::size_t threads = 0;
  PartSize part_size;
};

inline std::string csv_of(FakeHistory& history, const ExportShape& shape, const RowsBy& by = {}) {
  const auto snapshots = FakeStore(history).snapshots(1 + by.threads);
  std::string csv;
  std::int64_t rows = 0;
  RowTally tally;
  each_chunk({snapshots, history.message, shape, by.part_size}, tally, [&](RowChunk& chunk) {
    EXPECT_GT(chunk.rows, 0);
    EXPECT_FALSE(chunk.bytes.empty());
    csv += chunk.bytes;
    rows += chunk.rows;
    chunk.bytes.clear();
    chunk.rows = 0;
  });
  std::int64_t lines = 0;
  for (std::size_t at = 0; (at = csv.find("\r\n", at)) != std::string::npos; at += 2) ++lines;
  EXPECT_EQ(rows, lines);
  EXPECT_EQ(tally.rows(), lines);
  return csv;
}

// By RFC 4180.
inline std::vector<std::vector<std::string>> csv_records(std::string_view csv) {
  std::vector<std::vector<std::string>> records;
  bool line_begins = true;
  for (std::size_t at = 0; at < csv.size();) {
    if (line_begins) records.emplace_back();
    std::string field;
    if (csv[at] == '"') {
      for (++at; csv[at] != '"' || csv.substr(at, 2) == "\"\""; ++at) {
        field += csv[at];
        if (csv[at] == '"') ++at;
      }
      ++at;
    } else {
      const std::size_t end = csv.find_first_of(",\r", at);
      field = csv.substr(at, end - at);
      at = end;
    }
    records.back().push_back(field);
    line_begins = csv[at] == '\r';
    at += line_begins ? 2 : 1;
  }
  return records;
}

}  // namespace message_history
