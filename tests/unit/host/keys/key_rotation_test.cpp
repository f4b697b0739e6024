// Keys that change: which are in force, which stay published, and what a key file may hold.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "json/strict_json.h"
#include "keys/key_store.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

namespace fs = std::filesystem;

KeyRing ring_of_one() {
  KeyRing ring;
  ring.issuer = "crm-host:x";
  ring.keys.push_back(std::move(make_key(1).value()));
  return ring;
}

TEST(KeyRing, RotationRetiresTheCurrentKey) {
  KeyRing ring = ring_of_one();
  const std::string former = ring.current().kid;
  ring = std::move(rotated(std::move(ring), {50, 90}).value());
  ASSERT_EQ(ring.keys.size(), 2u);
  EXPECT_NE(ring.keys[0].kid, former);
  EXPECT_TRUE(ring.keys[0].seed);
  EXPECT_EQ(ring.keys[0].created_at_us, 50);
  EXPECT_EQ(ring.keys[0].accepted_until_us, 0);
  EXPECT_EQ(ring.keys[1].kid, former);
  EXPECT_FALSE(ring.keys[1].seed);
  EXPECT_EQ(ring.keys[1].accepted_until_us, 90);
}

TEST(KeyRing, OlderKeysAreNotAcceptedLongerByARotation) {
  KeyRing ring = std::move(rotated(ring_of_one(), {50, 90}).value());
  ring = std::move(rotated(std::move(ring), {60, 100}).value());
  EXPECT_EQ(ring.keys[1].accepted_until_us, 100);
  EXPECT_EQ(ring.keys[2].accepted_until_us, 90);
  ring = std::move(rotated(std::move(ring), {70, 0}).value());
  for (const StoredKey& key : ring.keys) EXPECT_EQ(key.accepted_until_us, 0);
}

TEST(KeyRing, IsReadAsItWasWritten) {
  const KeyRing ring = std::move(rotated(ring_of_one(), {50, 90}).value());
  const auto read = parse_key_ring(render_key_ring(ring), "issuer.json");
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read.value().keys.size(), 2u);
  EXPECT_EQ(read.value().keys[0].seed->view(), ring.keys[0].seed->view());
  EXPECT_EQ(read.value().keys[1].kid, ring.keys[1].kid);
  EXPECT_EQ(read.value().keys[1].accepted_until_us, 90);
}

TEST(KeyRing, WrongTimesOfAcceptanceAreDamage) {
  const std::string text = render_key_ring(std::move(rotated(ring_of_one(), {50, 90}).value()));
  const std::string member = "\"accepted_until_us\": 90";
  ASSERT_NE(text.find(member), std::string::npos);
  for (const char* other : {"\"accepted_until_us\": \"90\"", "\"accepted_until_us\": 9.5"}) {
    std::string changed = text;
    changed.replace(changed.find(member), member.size(), other);
    EXPECT_FALSE(parse_key_ring(changed, "issuer.json")) << other;
  }
  std::string of_current = text;
  of_current.replace(of_current.find("\"d\""), 0, member + ", ");
  EXPECT_FALSE(parse_key_ring(of_current, "issuer.json"));
}

TEST(KeyRing, HoldsItsMaximumAndNotOneMore) {
  KeyRing ring = ring_of_one();
  while (ring.keys.size() + 1 < key_ring_keys_max) {
    const StoredKey& first = ring.keys.front();
    ring.keys.push_back({first.kid, first.public_key, std::nullopt, 1, INT64_MAX});
  }
  auto full = rotated(std::move(ring), {50, INT64_MAX});
  ASSERT_TRUE(full);
  EXPECT_EQ(full.value().keys.size(), key_ring_keys_max);
  EXPECT_LT(render_key_ring(full.value()).size(), key_ring_bytes_max) << "it must be readable";
  std::vector<JwksEntry> published;
  for (const StoredKey& key : full.value().keys) {
    published.push_back({key.public_key, key.seed ? KeyUse::current : KeyUse::retired});
  }
  const std::string set = render_jwks(published);
  EXPECT_LE(set.size(), jwks_bytes_max);
  EXPECT_EQ(parse_public_keys(set).value().size(), key_ring_keys_max);
  const auto refused = rotated(std::move(full.value()), {60, 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, CRM_ERR_FULL);
}

class Rotation : public testing::Test {
 protected:
  std::string issuer_text() const {
    std::ostringstream text;
    text << std::ifstream(folder() / "issuer.json").rdbuf();
    return text.str();
  }
  fs::path folder() const { return fs::path(scratch_.path()) / "host" / "keys"; }

  TemporaryFolder scratch_;
};

TEST_F(Rotation, FormerIssuerKeyIsInForceForAWhile) {
  KeyStore store(folder());
  EXPECT_EQ(store.rotate_issuing_key(FormerKey::accepted_for_a_while).error().status,
            CRM_ERR_NOT_FOUND);
  EXPECT_TRUE(Json::parse(store.issuer_jwks().value())["keys"].empty());
  const std::string issuer(store.issuer().value());
  const std::string first = store.issuing_key().value().kid;
  ASSERT_TRUE(store.rotate_issuing_key(FormerKey::accepted_for_a_while));
  const std::string second = store.issuing_key().value().kid;
  EXPECT_NE(first, second);
  EXPECT_TRUE(store.issuer_key(first));
  EXPECT_TRUE(store.issuer_key(second));
  EXPECT_EQ(KeyStore(folder()).issuer().value(), issuer) << "the name outlives its keys";
  const Json keys = Json::parse(store.issuer_jwks().value())["keys"];
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0]["alg"], "EdDSA");
  EXPECT_FALSE(keys[1].contains("alg"));
  const std::string text = issuer_text();
  EXPECT_EQ(text.find("\"d\""), text.rfind("\"d\"")) << "a retired private half is kept";
}

TEST_F(Rotation, AtOnceNoOlderIssuerKeyIsInForce) {
  KeyStore store(folder());
  ASSERT_TRUE(store.issuer());
  const std::string first = store.issuing_key().value().kid;
  ASSERT_TRUE(store.rotate_issuing_key(FormerKey::accepted_for_a_while));
  const std::string second = store.issuing_key().value().kid;
  ASSERT_TRUE(store.rotate_issuing_key(FormerKey::refused_at_once));
  EXPECT_EQ(store.issuer_key(first).error().status, CRM_ERR_NOT_FOUND);
  EXPECT_EQ(store.issuer_key(second).error().status, CRM_ERR_NOT_FOUND);
  EXPECT_TRUE(store.issuer_key(store.issuing_key().value().kid));
  EXPECT_EQ(Json::parse(store.issuer_jwks().value())["keys"].size(), 1u);
}

TEST_F(Rotation, RunningStoresSeeTheNewKeys) {
  KeyStore running(folder());
  ASSERT_TRUE(running.issuer());
  ASSERT_TRUE(running.signing_key("org.example.a"));
  KeyStore other(folder());
  ASSERT_TRUE(other.rotate_issuing_key(FormerKey::refused_at_once));
  ASSERT_TRUE(other.rotate_signing_key("org.example.a"));
  EXPECT_EQ(running.issuing_key().value().kid, other.issuing_key().value().kid);
  EXPECT_EQ(running.signing_key("org.example.a").value().kid,
            other.signing_key("org.example.a").value().kid);
}

TEST_F(Rotation, ManyAtOnceLoseNoKey) {
  constexpr size_t threads_max = 8;
  ASSERT_TRUE(KeyStore(folder()).signing_key("org.example.a"));
  std::vector<std::thread> threads;
  for (size_t i = 0; i < threads_max; ++i) {
    threads.emplace_back(
        [&] { EXPECT_TRUE(KeyStore(folder()).rotate_signing_key("org.example.a")); });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> kids;
  const Json published = Json::parse(KeyStore(folder()).jwks().value());
  for (const Json& key : published["keys"]) kids.insert(key["kid"]);
  EXPECT_EQ(kids.size(), threads_max + 1);
}

}  // namespace
}  // namespace host_stub
