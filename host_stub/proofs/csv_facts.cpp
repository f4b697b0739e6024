#include "proofs/csv_facts.h"

#include <fmt/format.h>

#include "files/random_bytes.h"

namespace host_stub {

void CsvMeter::add(std::string_view bytes) {
  hash_.update(bytes);
  counter_.add(bytes);
  bytes_ += bytes.size();
}

CsvFacts CsvMeter::finish() {
  const auto digest = hash_.finish();
  return {bytes_, counter_.records(), counter_.ends_inside_quotes(),
          to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()})};
}

Outcome compare_with_manifest(const CsvFacts& found, const ExportManifest& claimed) {
  if (found.bytes != claimed.bytes) {
    return failure(
        CRM_ERR_CORRUPT,
        fmt::format("has {} bytes where its proof says {}: it is incomplete or was changed",
                    found.bytes, claimed.bytes));
  }
  if (found.sha256 != claimed.sha256) {
    return failure(CRM_ERR_CORRUPT,
                   "has another SHA-256 than its proof says: it was changed after the export");
  }
  if (found.is_cut || found.records == 0 || found.records - 1 != claimed.rows) {
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("has {} records with the header where its proof says {} rows",
                               found.records, claimed.rows));
  }
  return done();
}

}  // namespace host_stub
