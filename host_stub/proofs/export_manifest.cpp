#include "proofs/export_manifest.h"

#include <crm/ext/exports.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "feed/rfc3339.h"
#include "json/strict_json.h"
#include "keys/compact_jws.h"

namespace host_stub {

namespace {

constexpr int manifest_version = 1;
constexpr size_t sha256_hex_bytes = 64;

crm::Error malformed(std::string_view member) {
  return failure(CRM_ERR_INVALID,
                 fmt::format("its manifest lacks a well-formed \"{}\"", printable(member)));
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == sha256_hex_bytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool read_text(const Json& root, const char* member, std::string& target) {
  const std::string* text = string_member(root, member);
  if (text == nullptr || text->empty()) return false;
  target = *text;
  return true;
}

bool read_count(const Json& root, const char* member, uint64_t& target) {
  const auto found = root.find(member);
  if (found == root.end() || !found->is_number_unsigned()) return false;
  target = found->get<uint64_t>();
  return true;
}

// As RFC 3339 writes times, in capitals and without leap seconds.
bool is_time(const std::string& text) {
  constexpr size_t second_at = 17;
  return parse_rfc3339(text) && text.find_first_of("tz") == std::string::npos &&
         text.compare(second_at, 2, "60") != 0;
}

bool read_time(const Json& root, const char* member, std::string& target) {
  return read_text(root, member, target) && is_time(target);
}

bool read_as_of(const Json& root, std::vector<SourcePosition>& target) {
  const auto found = root.find("as_of");
  if (found == root.end() || !found->is_object()) return false;
  for (const auto& [source, seq] : found->items()) {
    if (!seq.is_number_unsigned()) return false;
    target.push_back({source, seq.get<uint64_t>()});
  }
  return true;
}

crm::Result<ExportManifest> read_manifest(std::string_view payload) {
  const auto document = parse_strict_json(payload, signed_json_depth_max);
  if (!document) {
    return failure(CRM_ERR_INVALID, "its manifest is " + document.error().detail);
  }
  const Json& root = document.value();
  const auto version = root.find("version");
  if (version == root.end() || !version->is_number_unsigned() || *version != manifest_version) {
    return failure(CRM_ERR_INVALID, fmt::format("its manifest is not of version {}; verify it with "
                                                "a newer release",
                                                manifest_version));
  }
  ExportManifest manifest;
  if (!read_text(root, "iss", manifest.issuer)) return malformed("iss");
  if (!read_text(root, "tenant", manifest.tenant)) return malformed("tenant");
  if (!read_text(root, "message_id", manifest.message_id)) return malformed("message_id");
  if (!read_time(root, "created_at", manifest.created_at)) return malformed("created_at");
  if (!read_count(root, "rows", manifest.rows)) return malformed("rows");
  if (!read_count(root, "bytes", manifest.bytes)) return malformed("bytes");
  if (!read_text(root, "sha256", manifest.sha256) || !is_sha256_hex(manifest.sha256)) {
    return malformed("sha256");
  }
  const auto retained = root.find("retained_from");
  if (retained != root.end() && !retained->is_null() &&
      !read_time(root, "retained_from", manifest.retained_from)) {
    return malformed("retained_from");
  }
  if (!read_as_of(root, manifest.as_of)) return malformed("as_of");
  return manifest;
}

}  // namespace

crm::Error manifest_too_large() {
  return failure(CRM_ERR_INVALID,
                 fmt::format("it is larger than {} bytes", CRM_EXPORT_MANIFEST_BYTES_MAX));
}

crm::Result<ExportManifest> open_export_manifest(std::string_view jws,
                                                 const std::vector<PublishedKey>& keys) {
  if (jws.size() > CRM_EXPORT_MANIFEST_BYTES_MAX) return manifest_too_large();
  const auto parsed = parse_compact_jws(jws, CRM_EXPORT_MANIFEST_TYP);
  if (!parsed) return parsed.error();
  const std::string& kid = parsed.value().kid;
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const PublishedKey& candidate) {
    return candidate.kid == kid;
  });
  if (key == keys.end()) {
    return failure(CRM_ERR_DENIED,
                   fmt::format("it is signed with the key {}, which is not in the JWKS; fetch the "
                               "JWKS of the host that made the export",
                               printable(kid, shown_bytes_max)));
  }
  if (!is_signed_by(parsed.value(), key->key)) {
    return failure(CRM_ERR_DENIED, "its signature does not hold; it was changed after signing");
  }
  auto manifest = read_manifest(parsed.value().payload);
  if (manifest) manifest.value().kid = kid;
  return manifest;
}

}  // namespace host_stub
