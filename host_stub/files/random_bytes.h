// Unpredictable bytes from the kernel, for names and identifiers (keys come from keys/ed25519.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace host_stub {

// Blocks only while a booting kernel has no entropy yet. Throws crm::Failure when there is no
// source.
std::string random_bytes(size_t count);

std::string to_hex(std::string_view bytes);

}  // namespace host_stub
