#include "export/proof/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <climits>
#include <new>

#include "export/proof/crypto_check.h"

namespace message_history {

struct Sha256Hasher::State {
  State() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) throw std::bad_alloc();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin() {
    require_crypto(EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "SHA-256");
  }

  EVP_MD_CTX* context;
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  state_->begin();
}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&& other) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&& other) noexcept = default;

void Sha256Hasher::update(std::string_view bytes) {
  require_crypto(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "SHA-256");
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest{};
  require_crypto(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1, "SHA-256");
  state_->begin();
  return digest;
}

Sha256 sha256(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  // HMAC() reads a NULL key as "the key of the last call".
  const char* key_data = key.empty() ? "" : key.data();
  require_crypto(key.size() <= INT_MAX, "HMAC: the key is too long");
  Sha256 digest{};
  unsigned size = 0;
  require_crypto(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()),
                      reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                      digest.data(), &size) != nullptr &&
                     size == digest.size(),
                 "HMAC");
  return digest;
}

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text.push_back(digits[value >> 4]);
    text.push_back(digits[value & 15]);
  }
  return text;
}

std::string hex(const Sha256& digest) {
  return hex(bytes_of(digest));
}

std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string random_bytes(std::size_t count) {
  require_crypto(count <= INT_MAX, "random bytes: too many asked for");
  std::string bytes(count, '\0');
  require_crypto(
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
      "random bytes");
  return bytes;
}

}  // namespace message_history
