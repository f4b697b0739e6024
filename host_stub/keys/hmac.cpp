#include "keys/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <crm/cpp/failure.hpp>

namespace host_stub {

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> code;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), code.data(),
           &size) == nullptr) {
    throw crm::Failure(CRM_ERR_INTERNAL,
                       "OpenSSL cannot compute HMAC-SHA-256; check its installation");
  }
  return std::string(code.begin(), code.begin() + size);
}

}  // namespace host_stub
