// Public keys that must not be used: of small order, spelled in a second way, private, or not
// alone.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <crm/cpp/base64url.hpp>
#include <crm/cpp/ed25519_key.hpp>

#include <memory>
#include <string>
#include <vector>

#include "keys/jwk.h"
#include "keys/public_key_text.h"

namespace host_stub {
namespace {

using crm::Ed25519KeyBytes;

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

// Arithmetic modulo 2^255 - 19.
class Field {
 public:
  Field() {
    BN_set_bit(p_.get(), 255);
    BN_sub_word(p_.get(), 19);
  }

  Number of(const Ed25519KeyBytes& bytes) const {
    return Number(BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  }
  Number product(const Number& a, const Number& b) const {
    Number result(BN_new());
    BN_mod_mul(result.get(), a.get(), b.get(), p_.get(), context_.get());
    return result;
  }
  // 121665 y^4 - 243332 y^2 + 121666: zero for the y of the points of order 8, whose doubles have y
  // = 0.
  bool is_of_order_8(const Ed25519KeyBytes& bytes) const {
    const Number y = of(bytes);
    const Number square = product(y, y);
    Number sum = product(square, square);
    BN_mul_word(sum.get(), 121665);
    BN_mul_word(square.get(), 243332);
    BN_sub(sum.get(), sum.get(), square.get());
    BN_add_word(sum.get(), 121666);
    BN_nnmod(sum.get(), sum.get(), p_.get(), context_.get());
    return BN_is_zero(sum.get()) == 1;
  }
  Ed25519KeyBytes p_plus(unsigned word) const {
    const Number sum(BN_dup(p_.get()));
    BN_add_word(sum.get(), word);
    Ed25519KeyBytes bytes;
    BN_bn2lebinpad(sum.get(), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

 private:
  Number p_ = Number(BN_new());
  std::unique_ptr<BN_CTX, FreeNumber> context_{BN_CTX_new()};
};

std::string der_of(const Ed25519KeyBytes& key) {
  return std::string("\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00", 12) +
         std::string(key.begin(), key.end());
}

std::string jwk_of(const Ed25519KeyBytes& key) {
  return R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url_of(key) + "\"}";
}

// With either sign of x.
std::vector<Ed25519KeyBytes> both_signs(Ed25519KeyBytes y) {
  Ed25519KeyBytes other = y;
  other[31] |= 0x80;
  return {y, other};
}

void expect_refused(const Ed25519KeyBytes& key, const char* words) {
  EXPECT_NE(crm::ed25519_key_fault(key).find(words), std::string_view::npos) << base64url_of(key);
  for (const std::string& text : {der_of(key), jwk_of(key)}) {
    const auto read = parse_public_keys(text);
    ASSERT_FALSE(read) << base64url_of(key);
    EXPECT_NE(read.error().detail.find(words), std::string::npos) << read.error().detail;
  }
}

TEST(Ed25519Keys, OfSmallOrderAreRefused) {
  const Field field;
  size_t of_order_8 = 0;
  for (const Ed25519KeyBytes& y : crm::detail::small_order_y) {
    const bool is_of_order_8 = field.is_of_order_8(y);
    of_order_8 += is_of_order_8 ? 1 : 0;
    Ed25519KeyBytes one{1};
    EXPECT_TRUE(is_of_order_8 || y == Ed25519KeyBytes{} || y == one ||
                BN_is_bit_set(field.of(y).get(), 254) == 1);
    for (const auto& key : both_signs(y)) expect_refused(key, "small order");
  }
  EXPECT_EQ(of_order_8, 2u);
  Ed25519KeyBytes minus_one = field.p_plus(0);
  minus_one[0] -= 1;
  EXPECT_EQ(minus_one, crm::detail::small_order_y[2]);
}

TEST(Ed25519Keys, SpelledBeyondTheFieldAreRefused) {
  const Field field;
  for (unsigned over = 0; over < 19; ++over) {
    for (const auto& key : both_signs(field.p_plus(over))) expect_refused(key, "no canonical");
  }
  Ed25519KeyBytes largest = field.p_plus(0);
  largest[0] -= 2;
  for (const auto& key : both_signs(largest)) EXPECT_EQ(crm::ed25519_key_fault(key), "");
}

TEST(Ed25519Keys, OthersAreTaken) {
  for (int i = 0; i < 100; ++i) {
    const auto key = public_key_of(generate_seed().value());
    EXPECT_EQ(crm::ed25519_key_fault(key.value()), "");
    EXPECT_EQ(parse_public_keys(der_of(key.value())).value()[0].key, key.value());
  }
}

TEST(PublicKeyText, PemIsReadAloneAndOfOneKey) {
  const std::string body = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  const std::string begin = "-----BEGIN PUBLIC KEY-----\n";
  const std::string end = "-----END PUBLIC KEY-----\n";
  const std::string pem = begin + body + "\n" + end;
  const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  for (const std::string& text : {pem, "our key\r\n" + pem + "that was it",
                                  begin + "MCow\r\n \t" + body.substr(4) + "\n" + end,
                                  begin + body.substr(0, 40) + "\n" + body.substr(40) + "\n" +
                                      end.substr(0, end.size() - 1)}) {
    const auto key = decode_public_key(text);
    ASSERT_TRUE(key && key.value()) << text;
    EXPECT_EQ(base64url_of(*key.value()), x);
  }
  for (const std::string& text :
       {pem + pem, begin + body, begin + end, begin + body.substr(4) + "\n" + end,
        begin + body + body + "\n" + end, begin + "MCowBQYDK2VuAyEA" + body.substr(16) + "\n" + end,
        "-----BEGIN PRIVATE KEY-----\n" + body, pem + "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n",
        begin + "MCowBQYDK2VwAyEA11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" + end}) {
    EXPECT_FALSE(decode_public_key(text)) << text;
  }
  for (const std::string& text : {std::string(), std::string("{}"), der_of({7}) + "x"}) {
    EXPECT_FALSE(decode_public_key(text).value()) << text;
  }
}

}  // namespace
}  // namespace host_stub
