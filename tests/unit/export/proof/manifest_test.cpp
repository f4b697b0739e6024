// Manifests: their exact bytes and signature with a fixed key, and that their size is foreseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <crm/cpp/base64url.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "export/proof/jws.h"
#include "export/proof/manifest.h"
#include "export/proof/sha256.h"

namespace message_history {
namespace {

// The key of RFC 8037, appendix A.
Ed25519Seed seed() {
  Ed25519Seed seed;
  const auto bytes = crm::base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  std::copy(bytes->begin(), bytes->end(), seed.bytes().begin());
  return seed;
}

Manifest golden() {
  Manifest manifest;
  manifest.iss = "https://crm.example";
  manifest.tenant = "shop-1";
  manifest.export_id = "000102030405060708090a0b0c0d0e0f";
  manifest.request_sha256 = sha256("request");
  manifest.message_id = "M-1 \"가을\"";
  manifest.columns = {"sent", "member_id"};
  manifest.dialect = "raw-v1";
  manifest.locale = "ko";
  manifest.rule_version = 3;
  manifest.as_of = {{"shop", 12}, {"send", 9'007'199'254'740'993}};
  manifest.retained_from_us = 1'767'538'800'000'000;
  manifest.recipients = {.success = 5, .failed = 2, .pending = 1, .excluded = 4, .delivered = 3};
  manifest.rows = 13;
  manifest.bytes = 1234;
  manifest.sha256 = sha256("file");
  manifest.created_at_us = 1'795'402'800'123'000;
  manifest.previous_export_sha256 = hex(sha256("previous"));
  return manifest;
}

TEST(Manifest, HasTheseBytes) {
  EXPECT_EQ(manifest_json(golden()),
            R"({"version":1,"iss":"https://crm.example","tenant":"shop-1",)"
            R"("message_id":"M-1 \"가을\"","export_id":"000102030405060708090a0b0c0d0e0f",)"
            R"("request_sha256":")"
            "1f58b9145b24d108d7ac38887338b3ea3229833b9c1e418250343f907bfd1047\","
            R"("columns":["sent","member_id"],"dialect":"raw-v1","masked":true,"locale":"ko",)"
            R"("rule_version":3,"as_of":{"send":9007199254740993,"shop":12},)"
            R"("retained_from":"2026-01-04T15:00:00Z","rows":13,)"
            R"("recipients":{"success":5,"failed":2,"pending":1,"excluded":4},"bytes":1234,)"
            R"("sha256":"3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80",)"
            R"("created_at":"2026-11-23T03:00:00.123Z",)"
            R"("previous_export_sha256":")"
            "6da0633528deaa0144e7b058315f0b753ec0b945163a72bf96a0d18180f9de0d\"}");
}

TEST(Manifest, HasThisSignature) {
  const std::string proof = sign_manifest(golden(), seed());
  const std::string header = R"({"alg":"EdDSA","typ":"crm-export-manifest+jws",)"
                             R"("kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"})";
  EXPECT_EQ(proof.substr(0, proof.rfind('.')),
            crm::base64url_encode(header) + '.' + crm::base64url_encode(manifest_json(golden())));
  EXPECT_EQ(
      proof.substr(proof.rfind('.') + 1),
      "OGbCzfkImlLMklCTt3TiIjnA595ZHeqyYosXxhQ8nPSsRjoXEhXVxVNcB2WNu6KYOVck1sgoWamZtDyKzXDuBw");
}

TEST(Manifest, WorksBeforeTheFirstEventAndExport) {
  Manifest empty;
  const std::string json = manifest_json(empty);
  EXPECT_NE(json.find(R"("columns":[])"), std::string::npos);
  EXPECT_NE(json.find(R"("as_of":{})"), std::string::npos);
  EXPECT_NE(json.find(R"("retained_from":null)"), std::string::npos);
  EXPECT_NE(json.find(R"("previous_export_sha256":"")"), std::string::npos);
  EXPECT_NE(json.find(R"("created_at":"1970-01-01T00:00:00Z")"), std::string::npos);
}

TEST(Manifest, BytesThatAreNoTextDoNotStopIt) {
  Manifest manifest = golden();
  manifest.as_of = {{"\xFF", 1}};
  EXPECT_NE(manifest_json(manifest).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(Manifest, NeverGrowsBeyondWhatWasForeseen) {
  Manifest manifest = golden();
  const std::size_t foreseen = signed_manifest_bytes_max(manifest);
  for (const std::int64_t rows : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    for (const std::int64_t created_at_us :
         {std::int64_t{0}, std::int64_t{7'258'118'399'999'999}}) {
      manifest.rows = rows;
      manifest.bytes = static_cast<std::uint64_t>(rows);
      manifest.created_at_us = created_at_us;
      EXPECT_LE(sign_manifest(manifest, seed()).size(), foreseen);
    }
  }
  EXPECT_LT(foreseen, sign_manifest(golden(), seed()).size() + 100);
}

}  // namespace
}  // namespace message_history
