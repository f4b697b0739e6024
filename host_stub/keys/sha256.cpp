#include "keys/sha256.h"

#include <openssl/evp.h>

#include <crm/cpp/failure.hpp>

namespace host_stub {

namespace {

void require(int openssl_answer) {
  if (openssl_answer == 1) return;
  throw crm::Failure(CRM_ERR_INTERNAL, "OpenSSL cannot compute SHA-256; check its installation");
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr) throw std::bad_alloc();
  require(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::array<uint8_t, 32> Sha256::finish() {
  std::array<uint8_t, 32> digest;
  require(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr));
  return digest;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  const auto digest = hash.finish();
  return std::string(digest.begin(), digest.end());
}

}  // namespace host_stub
