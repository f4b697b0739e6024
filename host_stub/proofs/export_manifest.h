// The manifest inside an export's proof: what the plugin says it wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"
#include "keys/jwk.h"

namespace host_stub {

struct SourcePosition {
  std::string source;
  uint64_t seq = 0;
};

// What this host checks or shows; the rest of the manifest is for programs.
struct ExportManifest {
  std::string kid;
  std::string issuer;
  std::string tenant;
  std::string message_id;
  std::string created_at;             // RFC 3339
  std::vector<SourcePosition> as_of;  // as the manifest lists them
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::string sha256;  // hex
  // RFC 3339; nothing of what happened before is in the file. Empty: everything was kept.
  std::string retained_from;
};

// The refusal of a proof beyond CRM_EXPORT_MANIFEST_BYTES_MAX.
crm::Error manifest_too_large();

// Verifies a compact JWS against published keys and reads its manifest. INVALID or DENIED with a
// text that completes "<the proof> is not accepted: ...".
crm::Result<ExportManifest> open_export_manifest(std::string_view jws,
                                                 const std::vector<PublishedKey>& keys);

}  // namespace host_stub
