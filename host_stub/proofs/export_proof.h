// Checks an exported CSV against its signed proof, byte for byte, in constant memory.
#pragma once

#include <filesystem>

#include "proofs/export_manifest.h"

namespace host_stub {

// The proof stands beside the file, under the file's name plus ".jws".
std::filesystem::path proof_path(const std::filesystem::path& csv);

// The manifest of a CSV that is complete and unmodified. Otherwise one sentence that names the
// file, says what is wrong and what to do.
crm::Result<ExportManifest> verify_export(const std::filesystem::path& jwks,
                                          const std::filesystem::path& csv);

}  // namespace host_stub
