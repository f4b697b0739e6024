// The host's keys: signatures, key files, the published set, request tokens and export proofs.
#include "keys/key_store.h"

#include <crm/ext/exports.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crm/cpp/base64url.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/compact_jws.h"
#include "keys/jwk.h"
#include "keys/sha256.h"
#include "proofs/csv_records.h"
#include "proofs/export_proof.h"
#include "requests/export_token.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

namespace fs = std::filesystem;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(char(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string hex_of(const PublicKey& key) {
  return to_hex({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

// RFC 8032, section 7.1, test 2.
TEST(Ed25519, SignsAsTheStandardSays) {
  const Seed seed(from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const auto key = public_key_of(seed);
  ASSERT_TRUE(key);
  EXPECT_EQ(hex_of(key.value()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = ed25519_sign(seed, "\x72");
  ASSERT_TRUE(signature);
  EXPECT_EQ(
      to_hex(signature.value()),
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(ed25519_verify(key.value(), "\x72", signature.value()));
  EXPECT_FALSE(ed25519_verify(key.value(), "\x73", signature.value()));
  EXPECT_FALSE(ed25519_verify(key.value(), "\x72", signature.value().substr(1)));
  EXPECT_FALSE(ed25519_verify(key.value(), "\x72", ""));
}

TEST(Ed25519, MovedSeedIsWiped) {
  Seed seed(std::string(32, 'x'));
  const Seed other = std::move(seed);
  EXPECT_EQ(other.view(), std::string(32, 'x'));
  EXPECT_EQ(seed.view(), std::string(32, '\0'));
}

class Jws : public testing::Test {
 protected:
  // With the given header, rightly signed.
  std::string with_header(std::string_view header) const {
    const std::string text =
        crm::base64url_encode(header) + "." + crm::base64url_encode("{\"a\":1}");
    return text + "." + crm::base64url_encode(ed25519_sign(key_.seed.value(), text).value());
  }
  bool is_accepted(std::string_view text) const {
    const auto jws = parse_compact_jws(text, "t");
    return jws && is_signed_by(jws.value(), key_.public_key);
  }

  StoredKey key_ = std::move(make_key(1).value());
};

TEST_F(Jws, SignedTextIsReadBack) {
  const auto text = sign_compact_jws("t", "{\"a\":1}", {key_.kid, *key_.seed});
  ASSERT_TRUE(text);
  const auto jws = parse_compact_jws(text.value(), "t");
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws.value().kid, key_.kid);
  EXPECT_EQ(jws.value().payload, "{\"a\":1}");
  EXPECT_TRUE(is_signed_by(jws.value(), key_.public_key));
  EXPECT_FALSE(parse_compact_jws(text.value(), "other"));
}

TEST_F(Jws, OnlyTheOneHeaderIsAccepted) {
  EXPECT_TRUE(is_accepted(with_header(R"({"alg":"EdDSA","kid":"k","typ":"t"})")));
  for (const char* header :
       {R"({"alg":"none","kid":"k","typ":"t"})", R"({"alg":"HS256","kid":"k","typ":"t"})",
        R"({"alg":"eddsa","kid":"k","typ":"t"})", R"({"kid":"k","typ":"t"})",
        R"({"alg":"EdDSA","typ":"t"})", R"({"alg":"EdDSA","kid":"","typ":"t"})",
        R"({"alg":"EdDSA","kid":"k"})", R"({"alg":"EdDSA","kid":"k","typ":"T"})",
        R"({"alg":"EdDSA","alg":"EdDSA","kid":"k","typ":"t"})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","jwk":{}})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","jku":"https://x"})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","x5u":"https://x"})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","x5c":[]})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","crit":["exp"]})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","b64":true})",
        R"({"alg":"EdDSA","kid":"k","typ":"t","zip":"DEF"})", "[]", "", "{"}) {
    EXPECT_FALSE(is_accepted(with_header(header))) << header;
  }
}

TEST_F(Jws, NoOtherSpellingIsAccepted) {
  const std::string good = with_header(R"({"alg":"EdDSA","kid":"k","typ":"t"})");
  ASSERT_TRUE(is_accepted(good));
  for (const std::string& changed :
       {good + "\n", " " + good, good + "=", good + ".", "." + good, good + "A",
        good.substr(0, good.size() - 1), good.substr(0, good.rfind('.')), std::string(".."),
        std::string()}) {
    EXPECT_FALSE(is_accepted(changed)) << changed;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char other : {'A', 'B', 'Q', 'g', 'w', '-', '_', '=', '+', '\n'}) {
      if (good[i] == other) continue;
      std::string changed = good;
      changed[i] = other;
      EXPECT_FALSE(is_accepted(changed)) << i << other;
    }
  }
}

class KeyFiles : public testing::Test {
 protected:
  fs::path folder() const { return fs::path(scratch_.path()) / "host" / "keys"; }
  fs::path issuer_file() const { return folder() / "issuer.json"; }

  TemporaryFolder scratch_;
};

TEST_F(KeyFiles, KeysAreMadeOnceAndStay) {
  KeyStore store(folder());
  const std::string issuer(store.issuer().value());
  EXPECT_EQ(issuer.size(), std::string("crm-host:").size() + 32);
  const std::string issuing_kid = store.issuing_key().value().kid;
  const std::string kid = store.signing_key("org.example.a").value().kid;
  KeyStore again(folder());
  EXPECT_EQ(again.issuer().value(), issuer);
  EXPECT_EQ(again.issuing_key().value().kid, issuing_kid);
  EXPECT_EQ(again.signing_key("org.example.a").value().kid, kid);
  EXPECT_NE(again.signing_key("org.example.b").value().kid, kid);
  EXPECT_TRUE(again.issuer_key(issuing_kid));
  EXPECT_EQ(again.issuer_key(kid).error().status, CRM_ERR_NOT_FOUND) << "the two roles never mix";
}

TEST_F(KeyFiles, AreReadableByTheirOwnerAlone) {
  KeyStore store(folder());
  ASSERT_TRUE(store.issuer());
  ASSERT_TRUE(store.signing_key("org.example.a"));
  struct stat state {};
  stat(folder().c_str(), &state);
  EXPECT_EQ(state.st_mode & 0777, mode_t{0700});
  for (const auto& entry : fs::directory_iterator(folder())) {
    stat(entry.path().c_str(), &state);
    EXPECT_EQ(state.st_mode & 0777, mode_t{0600}) << entry.path();
    EXPECT_EQ(entry.path().extension(), ".json") << "a temporary file was left";
  }
}

TEST_F(KeyFiles, LoosePermissionsAreRefused) {
  ASSERT_TRUE(KeyStore(folder()).issuer());
  fs::permissions(issuer_file(), fs::perms(0640));
  const auto refused = KeyStore(folder()).issuer();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("chmod 600"), std::string::npos);
}

TEST_F(KeyFiles, ThreadsAndProcessesAtOnceAgreeOnOneKey) {
  constexpr int children = 8;
  std::vector<pid_t> processes;
  for (int i = 0; i < children; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      KeyStore store(folder());
      const auto key = store.signing_key("org.example.a");
      if (key) write(scratch_.path() + "/kid" + std::to_string(i), key.value().kid);
      _exit(key && store.issuer() ? 0 : 1);
    }
    processes.push_back(child);
  }
  for (const pid_t process : processes) {
    int status = -1;
    waitpid(process, &status, 0);
    EXPECT_EQ(status, 0);
  }
  std::set<std::string> kids;
  for (int i = 0; i < children; ++i)
    kids.insert(read(scratch_.path() + "/kid" + std::to_string(i)));
  KeyStore store(folder());
  std::vector<std::string> seen(4);
  std::vector<std::thread> threads;
  for (std::string& kid : seen) {
    threads.emplace_back([&] { kid = store.signing_key("org.example.a").value().kid; });
  }
  for (std::thread& thread : threads) thread.join();
  kids.insert(seen.begin(), seen.end());
  EXPECT_EQ(kids.size(), 1u);
}

TEST_F(KeyFiles, DamagedFileIsANamedError) {
  ASSERT_TRUE(KeyStore(folder()).issuer());
  const std::string good = read(issuer_file());
  const std::string other = [] {
    KeyRing ring;
    ring.issuer = "crm-host:other";
    ring.keys.push_back(std::move(make_key(1).value()));
    return render_key_ring(ring);
  }();
  const auto d_of = [](const std::string& text) { return text.substr(text.find("\"d\""), 51); };
  std::string mixed = good;
  mixed.replace(mixed.find("\"d\""), 51, d_of(other));
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("[]"), std::string("{\"keys\":[]}"),
        std::string("{\"version\":1,\"keys\":[17]}"), good.substr(0, good.size() / 2),
        good.substr(0, good.find("\"d\"") - 2) + "}]}", mixed, std::string(2u << 20, ' ')}) {
    write(issuer_file(), bad);
    KeyStore store(folder());
    for (const auto& error : {store.issuer().error(), store.issuing_key().error()}) {
      EXPECT_NE(error.status, CRM_ERR_NOT_FOUND);
      EXPECT_NE(error.detail.find("issuer.json"), std::string::npos) << error.detail;
    }
    EXPECT_FALSE(store.issuer_key("kid"));
    EXPECT_EQ(read(issuer_file()), bad) << "a damaged key file must not be replaced";
  }
  write(issuer_file(), good);
  EXPECT_TRUE(KeyStore(folder()).issuer());
}

TEST_F(KeyFiles, RotatedKeyStaysInTheSetWithoutAlg) {
  KeyStore store(folder());
  EXPECT_EQ(store.rotate_signing_key("org.example.a").error().status, CRM_ERR_NOT_FOUND);
  EXPECT_EQ(Json::parse(store.jwks().value())["keys"].size(), 0u);
  const std::string first = store.signing_key("org.example.a").value().kid;
  ASSERT_TRUE(store.issuer()) << "the issuer's key must not appear in the set";
  ASSERT_TRUE(store.rotate_signing_key("org.example.a"));
  const std::string second = store.signing_key("org.example.a").value().kid;
  EXPECT_NE(first, second);
  const Json keys = Json::parse(store.jwks().value())["keys"];
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0]["kid"], second);
  EXPECT_EQ(keys[0]["alg"], "EdDSA");
  EXPECT_EQ(keys[0]["use"], "sig");
  EXPECT_EQ(keys[1]["kid"], first);
  EXPECT_FALSE(keys[1].contains("alg"));
  EXPECT_FALSE(keys[1].contains("d") || keys[0].contains("d"));
  const auto parsed = parse_public_keys(store.jwks().value());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed.value().size(), 2u);
  const std::string file = read(folder() / "plugin.org.example.a.json");
  EXPECT_EQ(file.find("\"d\""), file.rfind("\"d\"")) << "a retired private half is kept";
}

// RFC 8037, appendix A.1 to A.3; host_rfc8037_test.cpp has them all.
const std::string rfc8037_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const std::string rfc8037_x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

TEST(Jwks, MalformedSetsAreRefused) {
  const std::string kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
  const auto set = [](const std::string& members) {
    return R"({"keys":[{"kty":"OKP","crv":"Ed25519",)" + members + "}]}";
  };
  const std::string x = "\"x\":\"" + rfc8037_x + "\"";
  EXPECT_TRUE(parse_public_keys(set(x + ",\"kid\":\"" + kid + "\"")));
  EXPECT_TRUE(parse_public_keys(R"({"keys":[{"kty":"RSA","n":"x"}]})").value().empty());
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":[17]})"), set("\"x\":\"AA\",\"kid\":\"" + kid + "\""), set(x),
        set(x + ",\"kid\":\"other\""), set(x + ",\"kid\":\"" + kid + "\",\"alg\":\"ES256\""),
        set(x + ",\"kid\":\"" + kid + "\",\"d\":\"" + rfc8037_d + "\""),
        set(x + "," + x + ",\"kid\":\"" + kid + "\"")}) {
    EXPECT_FALSE(parse_public_keys(text)) << text;
  }
}

TEST_F(KeyFiles, RequestTokenCarriesItsClaims) {
  KeyStore store(folder());
  ExportClaims claims{"org.example.a", "cli:kim", "mall-1", "M-1", {"sent", "order_id"},
                      "raw-v1",        false,     "ko",     "정산"};
  const auto token = issue_export_token(store, claims, 1'700'000'000);
  ASSERT_TRUE(token);
  const auto jws = parse_compact_jws(token.value(), CRM_EXPORT_REQUEST_TYP);
  ASSERT_TRUE(jws);
  EXPECT_TRUE(is_signed_by(jws.value(), store.issuer_key(jws.value().kid).value()));
  const Json payload = Json::parse(jws.value().payload);
  EXPECT_EQ(payload["iss"], store.issuer().value());
  EXPECT_EQ(payload["aud"], "org.example.a");
  EXPECT_EQ(payload["sub"], "cli:kim");
  EXPECT_EQ(payload["columns"], Json({"sent", "order_id"}));
  EXPECT_EQ(payload["masked"], false);
  EXPECT_EQ(payload["iat"], 1'700'000'000);
  EXPECT_EQ(payload["nbf"], 1'700'000'000);
  EXPECT_EQ(payload["exp"], 1'700'000'120);
  EXPECT_EQ(crm::base64url_decode(payload["jti"].get<std::string>()).value().size(), 16u);
  const auto second = issue_export_token(store, claims, 1'700'000'000);
  EXPECT_NE(token.value(), second.value()) << "the jti must be fresh";
  claims.reason = "\xff";
  EXPECT_FALSE(issue_export_token(store, claims, 0));
  claims.reason = std::string(CRM_EXPORT_TOKEN_BYTES_MAX, 'x');
  EXPECT_FALSE(issue_export_token(store, claims, 0));
}

TEST(CsvRecords, AreCountedAsRfc4180Says) {
  const auto count = [](std::initializer_list<std::string_view> pieces) {
    CsvRecordCounter counter;
    for (const auto piece : pieces) counter.add(piece);
    return counter.records();
  };
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({"a,b\r\n"}), 1u);
  EXPECT_EQ(count({"a,b\r\n1,2\r\n"}), 2u);
  EXPECT_EQ(count({"a,b\r\n1,2"}), 2u);
  EXPECT_EQ(count({"a\r\n\"x\r\ny\"\r\n"}), 2u);
  EXPECT_EQ(count({"a\r\n\"x\"", "\"\r\n", "y\"\r\n"}), 2u);
  EXPECT_EQ(count({"\xEF\xBB\xBF\"a\"\r\n\"\"\r\n"}), 2u);
  CsvRecordCounter cut;
  cut.add("a\r\n\"x");
  EXPECT_TRUE(cut.ends_inside_quotes());
}

class ExportProof : public testing::Test {
 protected:
  void SetUp() override {
    write(csv_, data_);
    write(jwks_, R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":")" + base64url_of(key_.public_key) +
                     R"(","kid":")" + key_.kid + "\"}]}");
    prove(manifest());
  }

  Json manifest() const {
    return {{"version", 1},
            {"iss", "crm-host:x"},
            {"tenant", "mall-1"},
            {"message_id", "M-1"},
            {"as_of", {{"send-engine", 17}, {"shop", 3}}},
            {"rows", 2},
            {"bytes", data_.size()},
            {"sha256", to_hex(sha256(data_))},
            {"created_at", "2025-03-03T00:00:00Z"}};
  }

  void prove(const Json& claims) {
    write(proof_path(csv_),
          sign_compact_jws(CRM_EXPORT_MANIFEST_TYP, claims.dump(), {key_.kid, *key_.seed}).value());
  }

  void expect_refused(std::initializer_list<const char*> words) {
    const auto verified = verify_export(jwks_, csv_);
    ASSERT_FALSE(verified);
    for (const char* word : words) {
      EXPECT_NE(verified.error().detail.find(word), std::string::npos) << verified.error().detail;
    }
  }

  TemporaryFolder folder_;
  const std::string data_ = "sent,order_id\r\n성공,\"O\r\n1\"\r\n실패,\r\n";
  StoredKey key_ = std::move(make_key(1).value());
  const fs::path csv_ = fs::path(folder_.path()) / "m.csv";
  const fs::path jwks_ = fs::path(folder_.path()) / "keys.jwks";
};

TEST_F(ExportProof, UnchangedFileIsProved) {
  const auto verified = verify_export(jwks_, csv_);
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified.value().rows, 2u);
  EXPECT_EQ(verified.value().message_id, "M-1");
  ASSERT_EQ(verified.value().as_of.size(), 2u);
  EXPECT_EQ(verified.value().as_of[0].source, "send-engine");
  EXPECT_EQ(verified.value().as_of[0].seq, 17u);
  EXPECT_EQ(verified.value().kid, key_.kid);
}

TEST_F(ExportProof, EveryFlippedBitIsRefused) {
  const std::string jws = read(proof_path(csv_));
  for (size_t i = 0; i < data_.size() * 8; ++i) {
    std::string changed = data_;
    changed[i / 8] = char(changed[i / 8] ^ (1 << i % 8));
    write(csv_, changed);
    EXPECT_FALSE(verify_export(jwks_, csv_)) << i;
  }
  const std::vector<PublishedKey> keys = {{key_.kid, key_.public_key}};
  ASSERT_TRUE(open_export_manifest(jws, keys));
  for (size_t i = 0; i < jws.size() * 8; ++i) {
    std::string changed = jws;
    changed[i / 8] = char(changed[i / 8] ^ (1 << i % 8));
    EXPECT_FALSE(open_export_manifest(changed, keys)) << i;
  }
}

TEST_F(ExportProof, ExtraByteInTheProofIsRefused) {
  for (const char* extra : {"\n", " ", "=", "A", "."}) {
    prove(manifest());
    write(proof_path(csv_), read(proof_path(csv_)) + extra);
    expect_refused({"m.csv.jws is not accepted", "export it again"});
  }
}

TEST_F(ExportProof, WrongClaimsAreRefused) {
  const std::pair<const char*, Json> wrong[] = {{"version", 2},
                                                {"rows", 3},
                                                {"rows", 1},
                                                {"rows", -1},
                                                {"rows", "2"},
                                                {"bytes", 5},
                                                {"bytes", 1e3},
                                                {"sha256", std::string(64, '0')},
                                                {"sha256", "AB"},
                                                {"tenant", 17},
                                                {"message_id", ""},
                                                {"created_at", nullptr},
                                                {"as_of", Json{{"s", "x"}}}};
  for (const auto& [member, value] : wrong) {
    Json claims = manifest();
    claims[member] = value;
    prove(claims);
    EXPECT_FALSE(verify_export(jwks_, csv_)) << member << " " << value;
  }
  for (const char* member : {"version", "tenant", "as_of", "rows", "bytes", "sha256"}) {
    Json claims = manifest();
    claims.erase(member);
    prove(claims);
    expect_refused({member});
  }
}

TEST_F(ExportProof, ForeignKeysAndTokensAreRefused) {
  const StoredKey stranger = std::move(make_key(1).value());
  write(proof_path(csv_),
        sign_compact_jws(CRM_EXPORT_MANIFEST_TYP, manifest().dump(), {stranger.kid, *stranger.seed})
            .value());
  expect_refused({"not in the JWKS", "fetch the JWKS"});
  write(proof_path(csv_),
        sign_compact_jws(CRM_EXPORT_MANIFEST_TYP, manifest().dump(), {key_.kid, *stranger.seed})
            .value());
  expect_refused({"signature does not hold"});
  write(
      proof_path(csv_),
      sign_compact_jws(CRM_EXPORT_REQUEST_TYP, manifest().dump(), {key_.kid, *key_.seed}).value());
  expect_refused({"typ"});
}

TEST_F(ExportProof, MissingFilesAreNamed) {
  fs::remove(proof_path(csv_));
  expect_refused({"the proof of", "m.csv", "nothing is proved"});
  fs::remove(csv_);
  expect_refused({"m.csv"});
  write(jwks_, "{");
  expect_refused({"keys.jwks is not accepted"});
  fs::remove(jwks_);
  expect_refused({"keys.jwks"});
}

TEST_F(ExportProof, ProofAboveItsMaximumIsRefused) {
  write(proof_path(csv_), std::string(CRM_EXPORT_MANIFEST_BYTES_MAX + 1, 'A'));
  expect_refused({"larger than 65536 bytes"});
  write(proof_path(csv_), std::string(CRM_EXPORT_MANIFEST_BYTES_MAX + 2, 'A'));
  expect_refused({"m.csv.jws"});
}

}  // namespace
}  // namespace host_stub
