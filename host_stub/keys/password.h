// Passwords as scrypt hashes, and comparing secrets without telling by the time it takes.
#pragma once

#include <string>
#include <string_view>

namespace host_stub {

inline constexpr size_t password_hash_bytes = 32;

// Takes about 0.1 s and 32 MiB. Throws crm::Failure when there is no memory for it.
std::string hash_password(std::string_view password, std::string_view salt);

// Of equal length only; the time does not depend on where they differ.
bool is_equal_secret(std::string_view a, std::string_view b);

}  // namespace host_stub
