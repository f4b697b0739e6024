// The manifest of an export: what was written, as of when, and its digest, signed. No personal
// data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "export/proof/ed25519.h"
#include "model/message.h"
#include "store/rows.h"

namespace message_history {

inline constexpr int manifest_version = 1;

struct Manifest {
  std::string iss;  // whose key set has the key
  std::string tenant;
  std::string export_id;
  Sha256 request_sha256{};  // of the request token's bytes
  std::string message_id;
  std::vector<std::string> columns;  // their keys
  std::string dialect;
  bool masked = true;
  std::string locale;  // its tag
  std::int64_t rule_version = 0;
  std::map<std::string, std::int64_t> as_of;  // source: recorded up to this position
  // Rows of what happened before were dropped; empty: everything is kept.
  std::optional<std::int64_t> retained_from_us;
  RecipientCounts recipients;  // of which: success, failed, pending, excluded
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
  Sha256 sha256{};
  std::int64_t created_at_us = 0;
  std::string previous_export_sha256;  // hex; empty for the tenant's first
};

// The exact JSON that is signed: keys in this order, no white space.
std::string manifest_json(const Manifest& manifest);

// As a compact JWS.
std::string sign_manifest(const Manifest& manifest, const Ed25519Seed& seed);

// How long the signed manifest can become at most, whatever rows, bytes and time turn out to be.
std::size_t signed_manifest_bytes_max(const Manifest& manifest);

}  // namespace message_history
