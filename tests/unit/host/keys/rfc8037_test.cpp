// The host's keys and signatures against every example of RFC 8037, appendix A, that is for
// Ed25519.
#include <gtest/gtest.h>

#include <crm/cpp/base64url.hpp>
#include <string>

#include "keys/ed25519.h"
#include "keys/jwk.h"

namespace host_stub {
namespace {

const std::string private_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string rfc8037_name = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const std::string signed_text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const std::string signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

Seed seed() {
  return Seed(*crm::base64url_decode(private_d));
}

TEST(Rfc8037, PublicHalfOfTheKeyIsA2) {
  const auto key = public_key_of(seed());
  ASSERT_TRUE(key);
  EXPECT_EQ(base64url_of(key.value()), x);
  EXPECT_EQ(public_key_from(x), key.value());
}

TEST(Rfc8037, ThumbprintIsA3) {
  EXPECT_EQ(thumbprint(*public_key_from(x)), rfc8037_name);
}

TEST(Rfc8037, KeySetWithTheKeyIsRead) {
  const auto keys = parse_public_keys(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":")" + x +
                                      R"(","kid":")" + rfc8037_name + "\"}]}");
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_EQ(keys.value().size(), 1u);
  EXPECT_EQ(keys.value()[0].kid, rfc8037_name);
  EXPECT_EQ(base64url_of(keys.value()[0].key), x);
}

TEST(Rfc8037, SigningGivesA4) {
  EXPECT_EQ(crm::base64url_encode("{\"alg\":\"EdDSA\"}") + "." +
                crm::base64url_encode("Example of Ed25519 signing"),
            signed_text);
  EXPECT_EQ(crm::base64url_encode(ed25519_sign(seed(), signed_text).value()), signature);
}

TEST(Rfc8037, ValidatingIsA5) {
  const PublicKey key = *public_key_from(x);
  const std::string bytes = *crm::base64url_decode(signature);
  EXPECT_TRUE(ed25519_verify(key, signed_text, bytes));
  EXPECT_FALSE(ed25519_verify(key, signed_text + "A", bytes));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ed25519_verify(key, signed_text, changed)) << bit;
  }
}

}  // namespace
}  // namespace host_stub
