// Changes an export in every way there is, and asks the code behind crm-host verify each time.
//
//   tamper_with_export KEYS.jwks FILE.csv BIT_STRIDE
//
// One line a kind of change on stdout: its name, how many were tried, how many were accepted. With
// a stride of 9 every byte of the CSV has one bit flipped, each bit of a byte in turn; 1 is all.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "keys/jwk.h"
#include "proofs/csv_facts.h"
#include "proofs/export_manifest.h"
#include "proofs/export_proof.h"

namespace {

using namespace host_stub;

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The header and the rows: a record ends at a line feed outside of quotes.
std::vector<std::string_view> records_of(std::string_view csv) {
  std::vector<std::string_view> records;
  bool is_quoted = false;
  size_t first = 0;
  for (size_t i = 0; i < csv.size(); ++i) {
    if (csv[i] == '"') is_quoted = !is_quoted;
    if (csv[i] != '\n' || is_quoted) continue;
    records.push_back(csv.substr(first, i + 1 - first));
    first = i + 1;
  }
  return records;
}

class Verifier {
 public:
  explicit Verifier(std::vector<PublishedKey> keys) : keys_(std::move(keys)) {}

  bool accepts(std::initializer_list<std::string_view> csv, std::string_view jws) const {
    const auto manifest = open_export_manifest(jws, keys_);
    return manifest && fits(csv, manifest.value());
  }
  static bool fits(std::initializer_list<std::string_view> csv, const ExportManifest& manifest) {
    CsvMeter meter;
    for (const std::string_view piece : csv) meter.add(piece);
    return static_cast<bool>(compare_with_manifest(meter.finish(), manifest));
  }
  crm::Result<ExportManifest> open(std::string_view jws) const {
    return open_export_manifest(jws, keys_);
  }

 private:
  std::vector<PublishedKey> keys_;
};

struct Tried {
  size_t changes = 0;
  size_t accepted = 0;
  void count(bool was_accepted) {
    ++changes;
    accepted += was_accepted ? 1 : 0;
  }
};

Tried flip_bits(std::string& text, size_t stride, const std::function<bool()>& is_accepted) {
  Tried tried;
  for (size_t bit = 0; bit < text.size() * 8; bit += stride) {
    const char mask = static_cast<char>(1 << bit % 8);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
    tried.count(is_accepted());
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
  }
  return tried;
}

std::string_view between(std::string_view from, std::string_view to) {
  return {from.data(), static_cast<size_t>(to.data() - from.data())};
}

Tried delete_rows(std::string_view csv, const ExportManifest& manifest) {
  Tried tried;
  for (const std::string_view record : records_of(csv)) {
    const std::string_view before = between(csv, record);
    tried.count(Verifier::fits({before, csv.substr(before.size() + record.size())}, manifest));
  }
  return tried;
}

Tried swap_rows(std::string_view csv, const ExportManifest& manifest) {
  Tried tried;
  const auto records = records_of(csv);
  for (size_t i = 0; i + 1 < records.size(); ++i) {
    if (records[i] == records[i + 1]) continue;
    const std::string_view before = between(csv, records[i]);
    const std::string_view after =
        csv.substr(before.size() + records[i].size() + records[i + 1].size());
    tried.count(Verifier::fits({before, records[i + 1], records[i], after}, manifest));
  }
  return tried;
}

void print(const char* kind, Tried tried) {
  std::printf("%s %zu %zu\n", kind, tried.changes, tried.accepted);
  std::fflush(stdout);
}

int run(const std::string& jwks, const std::string& csv_path, size_t stride) {
  auto keys = parse_public_keys(read(jwks));
  if (!keys || stride == 0) return 2;
  const Verifier verifier(std::move(keys.value()));
  std::string csv = read(csv_path);
  std::string jws = read(proof_path(csv_path).string());
  const auto manifest = verifier.open(jws);
  if (!manifest || !verifier.accepts({csv}, jws)) return 3;
  const ExportManifest& claimed = manifest.value();
  print("bits_of_csv", flip_bits(csv, stride, [&] { return Verifier::fits({csv}, claimed); }));
  print("bits_of_proof", flip_bits(jws, 1, [&] { return verifier.accepts({csv}, jws); }));
  print("rows_deleted", delete_rows(csv, claimed));
  print("rows_swapped", swap_rows(csv, claimed));
  Tried cut;
  for (size_t size = 0; size < csv.size(); ++size) {
    cut.count(Verifier::fits({std::string_view(csv).substr(0, size)}, claimed));
  }
  print("csv_cut", cut);
  Tried cut_proof;
  for (size_t size = 0; size < jws.size(); ++size) {
    cut_proof.count(verifier.accepts({csv}, std::string_view(jws).substr(0, size)));
  }
  print("proof_cut", cut_proof);
  return verifier.accepts({csv}, jws) ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int status = run(argv[1], argv[2], std::strtoul(argv[3], nullptr, 10));
  if (status != 0) std::fprintf(stderr, "the export is not accepted as it is\n");
  return status;
}
