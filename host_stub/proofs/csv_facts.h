// What there is to compare of a CSV with its proof, measured in one pass and constant memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "keys/sha256.h"
#include "proofs/csv_records.h"
#include "proofs/export_manifest.h"

namespace host_stub {

struct CsvFacts {
  uint64_t bytes = 0;
  uint64_t records = 0;  // with the header
  bool is_cut = false;   // ends inside a quoted field
  std::string sha256;    // hex
};

class CsvMeter {
 public:
  void add(std::string_view bytes);
  // Once, after the last byte.
  CsvFacts finish();

 private:
  uint64_t bytes_ = 0;
  Sha256 hash_;
  CsvRecordCounter counter_;
};

// CORRUPT with a text that completes "<the file> ...", unless this is the very file of the
// manifest.
Outcome compare_with_manifest(const CsvFacts& found, const ExportManifest& claimed);

}  // namespace host_stub
