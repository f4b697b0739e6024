#include "export/proof/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <new>

#include "export/proof/crypto_check.h"

namespace message_history {

namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Key private_key(const Ed25519Seed& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.bytes().data(),
                                       seed.bytes().size()));
  require_crypto(key != nullptr, "Ed25519 with a private key");
  return key;
}

Context context() {
  Context made(EVP_MD_CTX_new());
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Ed25519Seed::~Ed25519Seed() {
  wipe();
}

Ed25519Seed::Ed25519Seed(Ed25519Seed&& other) noexcept : bytes_(other.bytes_) {
  other.wipe();
}

Ed25519Seed& Ed25519Seed::operator=(Ed25519Seed&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    other.wipe();
  }
  return *this;
}

void Ed25519Seed::wipe() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

bool ed25519_verify(const Ed25519PublicKey& key, std::string_view data,
                    std::string_view signature) {
  if (signature.size() != ed25519_signature_bytes) return false;
  const Key pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  require_crypto(pkey != nullptr, "Ed25519 with a public key");
  const Context verifying = context();
  require_crypto(EVP_DigestVerifyInit(verifying.get(), nullptr, nullptr, nullptr, pkey.get()) == 1,
                 "Ed25519 verification");
  const bool fits = EVP_DigestVerify(verifying.get(), raw(signature), signature.size(), raw(data),
                                     data.size()) == 1;
  if (!fits) ERR_clear_error();
  return fits;
}

std::string ed25519_sign(const Ed25519Seed& seed, std::string_view data) {
  const Key key = private_key(seed);
  const Context signing = context();
  require_crypto(EVP_DigestSignInit(signing.get(), nullptr, nullptr, nullptr, key.get()) == 1,
                 "Ed25519 signing");
  std::string signature(ed25519_signature_bytes, '\0');
  std::size_t size = signature.size();
  require_crypto(EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                &size, raw(data), data.size()) == 1 &&
                     size == signature.size(),
                 "Ed25519 signing");
  return signature;
}

Ed25519PublicKey ed25519_public_of(const Ed25519Seed& seed) {
  const Key key = private_key(seed);
  Ed25519PublicKey half;
  std::size_t size = half.bytes.size();
  require_crypto(EVP_PKEY_get_raw_public_key(key.get(), half.bytes.data(), &size) == 1 &&
                     size == half.bytes.size(),
                 "Ed25519 with a public key");
  return half;
}

}  // namespace message_history
