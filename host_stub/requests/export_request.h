// Asks a plugin for a signed CSV on an actor's behalf: issues the token, takes the bytes, and
// accepts the proof only when it says the same and will verify.
#pragma once

#include <crm/writer.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outcome.h"
#include "keys/key_store.h"
#include "loader/loaded_plugin.h"
#include "proofs/export_manifest.h"
#include "requests/export_token.h"

namespace host_stub {

// Every column that an export may have, in its order.
const std::vector<std::string>& export_columns();

// Of spaces alone, also those that Korean and other keyboards produce.
bool is_blank(std::string_view text);

// `claims.audience` is filled in. `origin` says from where the actor asks, for the audit chain.
struct ExportRequest {
  ExportClaims claims;
  std::string origin;
};

struct SignedExport {
  std::string jws;
  ExportManifest manifest;
};

// Streams the CSV into `writer`; `bytes_written` tells how much of it arrived there. After a
// failure what was written is no export.
crm::Result<SignedExport> run_export(ExportRequest request, KeyStore& keys, LoadedPlugin& plugin,
                                     const crm_writer& writer,
                                     const std::function<uint64_t()>& bytes_written);

}  // namespace host_stub
