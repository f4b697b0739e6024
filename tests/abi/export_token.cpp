#include "export_token.h"

#include <crm/ext/exports.h>
#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <crm/cpp/base64url.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace crm_tests {

namespace {

constexpr size_t signature_bytes = 64;

std::string signature_of(std::string_view text) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, issuer_seed.data(),
                                   issuer_seed.size()),
      EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::array<unsigned char, signature_bytes> signature;
  size_t size = signature.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) != 1) {
    throw std::runtime_error("OpenSSL cannot sign the test's token");
  }
  return {signature.begin(), signature.end()};
}

std::string json_text(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string next_jti() {
  static std::atomic<uint32_t> last = 0;
  const std::string number = std::to_string(++last);
  return crm::base64url_encode(std::string(16 - number.size(), 'j') + number);
}

}  // namespace

std::string export_token(std::string_view audience, std::string_view tenant,
                         std::string_view message_id, int64_t now_us) {
  const int64_t now_s = now_us / 1'000'000;
  const std::string header = "{\"alg\":\"EdDSA\",\"kid\":" + json_text(issuer_kid) +
                             ",\"typ\":" + json_text(CRM_EXPORT_REQUEST_TYP) + "}";
  const std::string payload =
      "{\"iss\":" + json_text(issuer_name) + ",\"aud\":" + json_text(audience) +
      ",\"sub\":\"tester\",\"tenant\":" + json_text(tenant) +
      ",\"message_id\":" + json_text(message_id) +
      ",\"columns\":[\"sent\",\"member_id\",\"order_id\",\"order_amount\",\"currency\"]"
      ",\"dialect\":\"raw-v1\",\"masked\":true,\"locale\":\"ko\",\"reason\":\"test\",\"iat\":" +
      std::to_string(now_s) + ",\"nbf\":" + std::to_string(now_s) +
      ",\"exp\":" + std::to_string(now_s + 120) + ",\"jti\":" + json_text(next_jti()) + "}";
  const std::string text = crm::base64url_encode(header) + "." + crm::base64url_encode(payload);
  return text + "." + crm::base64url_encode(signature_of(text));
}

}  // namespace crm_tests
