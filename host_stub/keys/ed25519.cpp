#include "keys/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

namespace host_stub {

namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;
using ContextHandle = std::unique_ptr<EVP_MD_CTX, FreeContext>;

crm::Error refused(const char* action) {
  return failure(CRM_ERR_INTERNAL, std::string("OpenSSL cannot ") + action +
                                       "; check that its provider offers Ed25519");
}

KeyHandle private_key(const Seed& seed) {
  const auto& bytes = seed.bytes();
  return KeyHandle(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void wipe(void* data, size_t size) noexcept {
  OPENSSL_cleanse(data, size);
}

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

Seed::Seed(std::string_view bytes) {
  assert(bytes.size() == bytes_.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), bytes_.size()), bytes_.begin());
}

Seed::Seed(Seed&& other) noexcept : bytes_(other.bytes_) {
  wipe(other.bytes_.data(), other.bytes_.size());
}

Seed& Seed::operator=(Seed&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

Seed::~Seed() {
  wipe(bytes_.data(), bytes_.size());
}

crm::Result<Seed> generate_seed() {
  std::array<unsigned char, ed25519_key_bytes> bytes;
  if (RAND_priv_bytes(bytes.data(), bytes.size()) != 1) return refused("make a key");
  Seed seed(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  wipe(bytes.data(), bytes.size());
  return seed;
}

crm::Result<PublicKey> public_key_of(const Seed& seed) {
  const KeyHandle key = private_key(seed);
  PublicKey public_key;
  size_t size = public_key.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1) {
    return refused("derive a public key");
  }
  return public_key;
}

crm::Result<std::string> ed25519_sign(const Seed& seed, std::string_view message) {
  const KeyHandle key = private_key(seed);
  const ContextHandle context(EVP_MD_CTX_new());
  std::string signature(ed25519_signature_bytes, '\0');
  size_t size = signature.size();
  auto* const target = reinterpret_cast<unsigned char*>(signature.data());
  const bool is_signed =
      key && context &&
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), target, &size, octets(message), message.size()) == 1;
  if (!is_signed || size != ed25519_signature_bytes) return refused("sign");
  return signature;
}

bool ed25519_verify(const PublicKey& public_key, std::string_view message,
                    std::string_view signature) {
  if (signature.size() != ed25519_signature_bytes) return false;
  const KeyHandle key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const ContextHandle context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message),
                          message.size()) == 1;
}

}  // namespace host_stub
