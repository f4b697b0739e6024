#include "export/proof/manifest.h"

#include <crm/ext/exports.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "calendar/time_zone.h"
#include "export/proof/jws.h"
#include "export/proof/sha256.h"

namespace message_history {

namespace {

using ManifestJson = nlohmann::ordered_json;

constexpr std::int64_t longest_time_us = 1;  // six digits of the second

std::string utc_text(std::int64_t at_us) {
  std::string text = TimeZone::utc().rfc3339(at_us);
  text.replace(text.find('+'), std::string::npos, "Z");
  return text;
}

}  // namespace

std::string manifest_json(const Manifest& manifest) {
  const RecipientCounts& recipients = manifest.recipients;
  ManifestJson as_of = ManifestJson::object();
  for (const auto& [source, position] : manifest.as_of) as_of[source] = position;

  ManifestJson json;
  json["version"] = manifest_version;
  json["iss"] = manifest.iss;
  json["tenant"] = manifest.tenant;
  json["message_id"] = manifest.message_id;
  json["export_id"] = manifest.export_id;
  json["request_sha256"] = hex(manifest.request_sha256);
  json["columns"] = manifest.columns;
  json["dialect"] = manifest.dialect;
  json["masked"] = manifest.masked;
  json["locale"] = manifest.locale;
  json["rule_version"] = manifest.rule_version;
  json["as_of"] = std::move(as_of);
  json["retained_from"] = manifest.retained_from_us
                              ? ManifestJson(utc_text(*manifest.retained_from_us))
                              : ManifestJson();
  json["rows"] = manifest.rows;
  json["recipients"] = {{"success", recipients.success},
                        {"failed", recipients.failed},
                        {"pending", recipients.pending},
                        {"excluded", recipients.excluded}};
  json["bytes"] = manifest.bytes;
  json["sha256"] = hex(manifest.sha256);
  json["created_at"] = utc_text(manifest.created_at_us);
  json["previous_export_sha256"] = manifest.previous_export_sha256;
  return json.dump(-1, ' ', false, ManifestJson::error_handler_t::replace);
}

std::string sign_manifest(const Manifest& manifest, const Ed25519Seed& seed) {
  const std::string payload = manifest_json(manifest);
  return sign_jws({CRM_EXPORT_MANIFEST_TYP, payload}, seed);
}

std::size_t signed_manifest_bytes_max(const Manifest& manifest) {
  Manifest longest = manifest;
  longest.rows = std::numeric_limits<std::int64_t>::min();
  longest.bytes = std::numeric_limits<std::uint64_t>::max();
  longest.created_at_us = longest_time_us;
  return signed_jws_bytes(CRM_EXPORT_MANIFEST_TYP, manifest_json(longest).size());
}

}  // namespace message_history
