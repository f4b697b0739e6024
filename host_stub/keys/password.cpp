#include "keys/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <crm/cpp/failure.hpp>

namespace host_stub {

namespace {

constexpr uint64_t cost = 1u << 15;
constexpr uint64_t block = 8;
constexpr uint64_t lanes = 1;
constexpr uint64_t memory_max = 64u << 20;

}  // namespace

std::string hash_password(std::string_view password, std::string_view salt) {
  std::string hash(password_hash_bytes, '\0');
  if (EVP_PBE_scrypt(password.data(), password.size(),
                     reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), cost, block,
                     lanes, memory_max, reinterpret_cast<unsigned char*>(hash.data()),
                     hash.size()) != 1) {
    throw crm::Failure(CRM_ERR_NO_MEMORY,
                       "a password could not be hashed; free 32 MiB of memory and try again");
  }
  return hash;
}

bool is_equal_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace host_stub
