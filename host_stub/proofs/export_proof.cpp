#include "proofs/export_proof.h"

#include <crm/ext/exports.h>
#include <fmt/format.h>

#include <memory>

#include "files/durable_file.h"
#include "proofs/csv_facts.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr size_t chunk_bytes = 1u << 20;
constexpr const char* export_again = "do not use it, and export it again";

crm::Result<CsvFacts> measure(const fs::path& csv) {
  const auto file = open_regular_file(csv);
  if (!file) return file.error();
  const auto buffer = std::make_unique<char[]>(chunk_bytes);
  CsvMeter meter;
  for (;;) {
    const auto got = read_some(file.value(), csv, buffer.get(), chunk_bytes);
    if (!got) return got.error();
    if (got.value() == 0) return meter.finish();
    meter.add({buffer.get(), got.value()});
  }
}

crm::Result<std::vector<PublishedKey>> read_jwks(const fs::path& file) {
  const auto text = read_file(file, jwks_bytes_max);
  if (!text) return text.error();
  auto keys = parse_public_keys(text.value());
  if (keys) return keys;
  return failure(CRM_ERR_INVALID,
                 fmt::format("the key set {} is not accepted: {}; fetch it again from the "
                             "exporter (crm-host jwks)",
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
  const bool is_larger = !jws && jws.error().status == CRM_ERR_FULL;
  if (!jws && !is_larger) {
    return failure(jws.error().status,
                   fmt::format("the proof of {} cannot be read ({}); without it "
                               "nothing is proved",
                               csv.string(), jws.error().detail));
  }
  auto manifest = is_larger ? crm::Result<ExportManifest>(manifest_too_large())
                            : open_export_manifest(jws.value(), keys.value());
  if (!manifest) {
    return failure(manifest.error().status,
                   fmt::format("the proof {} is not accepted: {}; {}", proof.string(),
                               manifest.error().detail, export_again));
  }
  const auto same = compare_with_manifest(measured.value(), manifest.value());
  if (same) return manifest;
  return failure(same.error().status,
                 fmt::format("{} {}; {}", csv.string(), same.error().detail, export_again));
}

}  // namespace host_stub
