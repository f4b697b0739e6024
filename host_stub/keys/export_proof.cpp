#include "keys/export_proof.h"

#include <crm/ext/exports.h>
#include <fmt/format.h>

#include <memory>

#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "keys/csv_records.h"
#include "keys/sha256.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr size_t chunk_bytes = 1u << 20;
constexpr const char* export_again = "do not use it, and export it again";

struct Measured {
  uint64_t bytes = 0;
  uint64_t records = 0;
  bool is_cut = false;  // ends inside a quoted field
  std::string sha256;   // hex
};

crm::Result<Measured> measure(const fs::path& csv) {
  const auto file = open_for_reading(csv);
  if (!file) return file.error();
  const auto buffer = std::make_unique<char[]>(chunk_bytes);
  Measured measured;
  Sha256 hash;
  CsvRecordCounter counter;
  for (;;) {
    const auto got = read_some(file.value(), csv, buffer.get(), chunk_bytes);
    if (!got) return got.error();
    if (got.value() == 0) break;
    const std::string_view chunk(buffer.get(), got.value());
    hash.update(chunk);
    counter.add(chunk);
    measured.bytes += chunk.size();
  }
  const auto digest = hash.finish();
  measured.sha256 = to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
  measured.records = counter.records();
  measured.is_cut = counter.ends_inside_quotes();
  return measured;
}

Outcome compare(const fs::path& csv, const Measured& found, const ExportManifest& claimed) {
  const auto refuse = [&](std::string what) {
    return failure(CRM_ERR_CORRUPT, fmt::format("{} {}; {}", csv.string(), what, export_again));
  };
  if (found.bytes != claimed.bytes) {
    return refuse(
        fmt::format("has {} bytes where its proof says {}: it is incomplete or was changed",
                    found.bytes, claimed.bytes));
  }
  if (found.sha256 != claimed.sha256) {
    return refuse("has another SHA-256 than its proof says: it was changed after the export");
  }
  if (found.is_cut || found.records != claimed.rows + 1) {
    return refuse(fmt::format("has {} records with the header where its proof says {} rows",
                              found.records, claimed.rows));
  }
  return done();
}

crm::Result<std::vector<PublishedKey>> read_jwks(const fs::path& file) {
  const auto text = read_file(file, jwks_bytes_max);
  if (!text) return text.error();
  auto keys = parse_jwks(text.value());
  if (keys) return keys;
  return failure(CRM_ERR_INVALID,
                 fmt::format("the key set {} is not accepted: it is {}; fetch it again with "
                             "crm-host jwks",
                             file.string(), keys.error().detail));
}

}  // namespace

fs::path proof_path(const fs::path& csv) {
  return csv.string() + ".jws";
}

crm::Result<ExportManifest> verify_export(const fs::path& jwks, const fs::path& csv) {
  const auto keys = read_jwks(jwks);
  if (!keys) return keys.error();
  const auto measured = measure(csv);
  if (!measured) return measured.error();
  const fs::path proof = proof_path(csv);
  // One byte more than allowed, so that the size check of the manifest speaks and not the file's.
  const auto jws = read_file(proof, CRM_EXPORT_MANIFEST_BYTES_MAX + 1);
  if (!jws) {
    return failure(jws.error().status,
                   fmt::format("the proof of {} cannot be read ({}); without it "
                               "nothing is proved",
                               csv.string(), jws.error().detail));
  }
  auto manifest = open_export_manifest(jws.value(), keys.value());
  if (!manifest) {
    return failure(manifest.error().status,
                   fmt::format("the proof {} is not accepted: {}; {}", proof.string(),
                               manifest.error().detail, export_again));
  }
  if (auto same = compare(csv, measured.value(), manifest.value()); !same) return same.error();
  return manifest;
}

}  // namespace host_stub
