// HMAC-SHA-256: says whether bytes were made by whoever has the key.
#pragma once

#include <string>
#include <string_view>

namespace host_stub {

// The 32 bytes as a string. Throws crm::Failure when the cryptographic library refuses its work.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace host_stub
