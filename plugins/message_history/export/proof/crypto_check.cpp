#include "export/proof/crypto_check.h"

#include <openssl/err.h>

#include <crm/cpp/failure.hpp>
#include <string>

namespace message_history {

void require_crypto(bool done, const char* what) {
  if (done) return;
  ERR_clear_error();
  throw crm::Failure(CRM_ERR_INTERNAL, std::string("libcrypto failed at ") + what +
                                           "; check the installation of OpenSSL 3");
}

}  // namespace message_history
