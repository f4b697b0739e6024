// Ed25519 and compact JWS against RFC 8032, RFC 8037 and RFC 7638, and the strictness of base64url.
#include <gtest/gtest.h>

#include <crm/cpp/base64url.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "export/proof/ed25519.h"
#include "export/proof/jws.h"
#include "export/proof/sha256.h"

namespace message_history {
namespace {

constexpr std::string_view typ = "test+jws";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 8037, appendix A.
constexpr std::string_view rfc_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
constexpr std::string_view rfc_x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr std::string_view rfc_thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
constexpr std::string_view rfc_jws =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

Ed25519Seed rfc_seed() {
  Ed25519Seed seed;
  const auto bytes = crm::base64url_decode(rfc_d);
  std::copy(bytes->begin(), bytes->end(), seed.bytes().begin());
  return seed;
}

std::string text_of(const Ed25519PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

std::optional<Ed25519PublicKey> rfc_key(std::string_view kid) {
  if (kid != rfc_thumbprint) return {};
  return ed25519_public_of(rfc_seed());
}

TEST(Ed25519, SignsAsRfc8032) {
  EXPECT_EQ(
      hex(ed25519_sign(rfc_seed(), "")),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
      "1cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST(Ed25519, PublicHalfIsThatOfRfc8037) {
  EXPECT_EQ(crm::base64url_encode(text_of(ed25519_public_of(rfc_seed()))), rfc_x);
}

TEST(Ed25519, VerifiesOnlyWhatWasSigned) {
  const Ed25519PublicKey key = ed25519_public_of(rfc_seed());
  const std::string signature = ed25519_sign(rfc_seed(), "data");
  EXPECT_TRUE(ed25519_verify(key, "data", signature));
  EXPECT_FALSE(ed25519_verify(key, "Data", signature));
  EXPECT_FALSE(ed25519_verify(key, "data", signature.substr(1)));
  EXPECT_FALSE(ed25519_verify(key, "data", signature + "x"));
  EXPECT_FALSE(ed25519_verify(key, "data", ""));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ed25519_verify(key, "data", changed)) << bit;
  }
}

TEST(Ed25519, RefusesSignaturesWithAnotherFormOfTheScalar) {
  // S + L verifies in lenient implementations.
  constexpr unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10};
  std::string signature = ed25519_sign(rfc_seed(), "data");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]) + order[i];
    signature[32 + i] = static_cast<char>(carry & 0xFF);
    carry >>= 8;
  }
  EXPECT_FALSE(ed25519_verify(ed25519_public_of(rfc_seed()), "data", signature));
}

TEST(Ed25519, SeedIsWipedWhenItMoves) {
  Ed25519Seed seed = rfc_seed();
  const Ed25519Seed moved = std::move(seed);
  EXPECT_EQ(moved.bytes(), rfc_seed().bytes());
  EXPECT_EQ(seed.bytes(), Ed25519Seed().bytes());
  Ed25519Seed assigned;
  seed = rfc_seed();
  assigned = std::move(seed);
  EXPECT_EQ(assigned.bytes(), rfc_seed().bytes());
  EXPECT_EQ(seed.bytes(), Ed25519Seed().bytes());
}

TEST(Jws, SignsAsRfc8037) {
  EXPECT_EQ(sign_jws_text(R"({"alg":"EdDSA"})", "Example of Ed25519 signing", rfc_seed()), rfc_jws);
}

TEST(Jws, VerifiesAsRfc8037) {
  const auto jws = parse_jws(rfc_jws);
  ASSERT_TRUE(jws.ok()) << jws.error().detail;
  EXPECT_EQ(jws.value().payload, "Example of Ed25519 signing");
  EXPECT_EQ(jws.value().header.dump(), R"({"alg":"EdDSA"})");
  EXPECT_TRUE(ed25519_verify(ed25519_public_of(rfc_seed()), jws.value().signed_text,
                             jws.value().signature));
}

TEST(Jws, ThumbprintIsThatOfRfc8037) {
  EXPECT_EQ(thumbprint(ed25519_public_of(rfc_seed())), rfc_thumbprint);
}

TEST(Jws, OpensWhatItSigned) {
  const std::string token = sign_jws({typ, "payload"}, rfc_seed());
  EXPECT_EQ(token.size(), signed_jws_bytes(typ, std::string("payload").size()));
  const auto payload = open_jws(token, typ, rfc_key);
  ASSERT_TRUE(payload.ok()) << payload.error().detail;
  EXPECT_EQ(payload.value(), "payload");
}

TEST(Jws, OpensBothNamesOfTheAlgorithm) {
  const std::string header =
      R"({"alg":"Ed25519","typ":"test+jws","kid":")" + std::string(rfc_thumbprint) + "\"}";
  EXPECT_TRUE(open_jws(sign_jws_text(header, "x", rfc_seed()), typ, rfc_key).ok());
}

TEST(Jws, SizeIsForeseenForEveryPayload) {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::string payload(size, 'p');
    EXPECT_EQ(sign_jws({typ, payload}, rfc_seed()).size(), signed_jws_bytes(typ, size));
  }
}

TEST(Jws, RefusesEveryChangedByte) {
  const std::string token = sign_jws({typ, "payload"}, rfc_seed());
  for (std::size_t place = 0; place < token.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = token;
      changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
      EXPECT_FALSE(open_jws(changed, typ, rfc_key).ok()) << place << ' ' << bit;
    }
  }
}

TEST(Jws, RefusesEveryOtherLastCharacter) {
  const std::string token = sign_jws({typ, "payload"}, rfc_seed());
  for (const std::size_t end : {token.find('.') - 1, token.rfind('.') - 1, token.size() - 1}) {
    for (const char other : alphabet) {
      if (other == token[end]) continue;
      std::string changed = token;
      changed[end] = other;
      EXPECT_FALSE(open_jws(changed, typ, rfc_key).ok()) << end << ' ' << other;
    }
  }
}

TEST(Jws, TakesTheLongestTokenAndNotOneByteMore) {
  std::string payload;
  while (signed_jws_bytes(typ, payload.size() + 1) <= jws_bytes_max) payload += 'x';
  EXPECT_TRUE(open_jws(sign_jws({typ, payload}, rfc_seed()), typ, rfc_key).ok());
  payload += 'x';
  const auto longer = open_jws(sign_jws({typ, payload}, rfc_seed()), typ, rfc_key);
  ASSERT_FALSE(longer.ok());
  EXPECT_NE(longer.error().detail.find("8192"), std::string::npos);
}

TEST(Base64url, DecodesOnlyWhatItWouldEncode) {
  for (const std::string_view text : {"A", "AB=", "AA==", "A+A", "A/A", "A A", "AA\n", "AAB", "_9",
                                      ".", "AAAAA", "\xEA\xB0\x80"}) {
    EXPECT_FALSE(crm::base64url_decode(text).has_value()) << text;
  }
  int canonical = 0;
  for (const char first : alphabet) {
    for (const char second : alphabet) {
      const std::string text{first, second};
      const auto bytes = crm::base64url_decode(text);
      if (!bytes) continue;
      ++canonical;
      EXPECT_EQ(crm::base64url_encode(*bytes), text);
    }
  }
  EXPECT_EQ(canonical, 256);  // one text for every byte
}

TEST(Base64url, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    EXPECT_EQ(crm::base64url_decode(crm::base64url_encode(bytes)), bytes);
    bytes += static_cast<char>(i);
  }
}

}  // namespace
}  // namespace message_history
