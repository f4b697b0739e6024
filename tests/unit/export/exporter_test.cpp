// One export from request to proof, and what is left when it ends early.
#include <gtest/gtest.h>

#include <crm/cpp/base64url.hpp>
#include <crm/cpp/text.hpp>
#include <crm/cpp/writer.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "export/audit/audit.h"
#include "export/exporter.h"
#include "export/proof/jws.h"
#include "export/proof/manifest.h"
#include "export/proof/sha256.h"
#include "support/thread_watch.h"
#include "unit/export/fake_store.h"

namespace message_history {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t now_s = 1'795'402'800;
constexpr std::string_view plugin_id = "org.crm.message_history";

Ed25519Seed seed_of(std::uint8_t fill) {
  Ed25519Seed seed;
  seed.bytes().fill(fill);
  return seed;
}

// A host's writer that takes a few bytes at a time and can fail after some.
struct HostWriter {
  explicit HostWriter(std::uint64_t taken_max = 1U << 20U) : bytes_a_call_max(taken_max) {
    raw.size = sizeof(raw);
    raw.context = this;
    raw.write = [](const crm_writer* writer, const void* data, std::uint64_t size) -> std::int64_t {
      auto& self = *static_cast<HostWriter*>(writer->context);
      ++self.calls;
      self.largest = std::max(self.largest, size);
      self.on_write();
      if (self.text.size() >= self.fails_at) return self.failure;
      const auto taken = std::min(size, self.bytes_a_call_max);
      self.text.append(static_cast<const char*>(data), taken);
      return static_cast<std::int64_t>(taken);
    };
    raw.cancelled = [](const crm_writer* writer) -> std::int32_t {
      return static_cast<HostWriter*>(writer->context)->cancelled ? 1 : 0;
    };
  }

  crm_writer raw{};
  std::string text;
  int calls = 0;
  std::uint64_t largest = 0;
  std::uint64_t bytes_a_call_max;
  std::size_t fails_at = std::string::npos;
  std::int64_t failure = CRM_ERR_IO;
  bool cancelled = false;
  std::function<void()> on_write = [] {};
};

std::shared_ptr<void> no_mark(std::string_view) {
  return {};
}

class Exporter : public testing::Test {
 protected:
  Exporter() {
    history.facts.tenant = "shop-1";
    history.facts.time_zone = "Asia/Seoul";
    history.facts.rule.version = 3;
    history.message.number = MessageNo{7};
    history.message.message_id = "M-1";
    history.message.report.facts.kind = MessageKind::manual;
    history.message.report.facts.channel = Channel::alimtalk;
    history.routes[1] = {RouteNo{1}, Channel::alimtalk, "mts-kakao"};
    history.members[1] = {MemberNo{1}, "member-0001", false};
    history.sources = {{SourceNo{1}, "send", 41}, {SourceNo{2}, "shop", 17}};
    add_deliveries(2);
    desk.audience = plugin_id;
    desk.keys.issuer = "https://crm.example";
    desk.keys.issuer_key = [](std::string_view kid) {
      return kid == "host-1" ? std::optional(ed25519_public_of(seed_of(1))) : std::nullopt;
    };
    desk.keys.signing_seed = [] { return seed_of(2); };
    desk.now_us = [] { return now_s * 1'000'000; };
    desk.log = [this](std::int32_t level, std::string_view line) {
      EXPECT_EQ(level, CRM_LOG_ERROR);
      log.emplace_back(line);
    };
    claims = {{"iss", "https://crm.example"},
              {"aud", plugin_id},
              {"sub", "marketer-7"},
              {"tenant", "shop-1"},
              {"message_id", "M-1"},
              {"columns", {"sent", "member_id", "sent_at"}},
              {"dialect", "raw-v1"},
              {"masked", true},
              {"locale", "ko"},
              {"reason", "고객 문의 확인"},
              {"iat", now_s},
              {"nbf", now_s},
              {"exp", now_s + 300},
              {"jti", "AAECAwQFBgcICQoLDA0ODw"}};
    result.size = sizeof(result);
    result.manifest = manifest.data();
    result.manifest_capacity = manifest.size();
  }

  void add_deliveries(int count) {
    for (int i = 0; i < count; ++i) {
      Delivery delivery;
      delivery.message = history.message.number;
      delivery.delivery_id = "d" + std::to_string(1'000'000 + i);
      delivery.state.marks = {{DeliveryStatus::sent, now_s * 1'000'000, "", "", RouteNo{1}}};
      delivery.state.member = MemberNo{1};
      history.deliveries[delivery.delivery_id] = delivery;
    }
    history.message.counts.recipients.success = std::ssize(history.deliveries);
    history.message.sent_at_us = now_s * 1'000'000;
  }

  std::string token() const {
    return sign_jws_text(R"({"alg":"EdDSA","typ":"crm-export-request+jwt","kid":"host-1"})",
                         claims.dump(), seed_of(1));
  }

  // The status that crosses the boundary, with its explanation in `detail`.
  std::int32_t run() { return run(token()); }
  std::int32_t run(const std::string& with_token) {
    crm_export_request request{};
    request.size = sizeof(request);
    request.tenant = crm::str("shop-1");
    request.token = crm::str(with_token);
    request.origin = crm::str(origin);
    FakeStore store(history);
    const crm_export_result before = result;
    const crm_test::ThreadWatch threads;
    try {
      detail.clear();
      run_export(desk, {store, fake_appender(history), no_mark}, &request, &writer.raw, &result);
      EXPECT_TRUE(threads.all_are_gone());
      return CRM_OK;
    } catch (const crm::Failure& failure) {
      EXPECT_TRUE(threads.all_are_gone());
      EXPECT_EQ(history.open_snapshots, 0);
      EXPECT_EQ(result.rows, before.rows) << "the result of a failed export is touched";
      EXPECT_EQ(result.manifest_size, before.manifest_size);
      detail = failure.what();
      return failure.status();
    }
  }

  // "granted completed": what the chain says, which must be sound.
  std::string events() {
    FakeSnapshot snapshot(history);
    EXPECT_TRUE(verify_chain(snapshot).ok());
    std::string text;
    for (const AuditRow& row : history.audit) text += (text.empty() ? "" : " ") + row.event;
    return text;
  }

  Json manifest_of_result() const {
    const std::string_view proof(result.manifest, result.manifest_size);
    const auto payload = open_jws(proof, CRM_EXPORT_MANIFEST_TYP, [](std::string_view kid) {
      const Ed25519PublicKey key = ed25519_public_of(seed_of(2));
      return kid == thumbprint(key) ? std::optional(key) : std::nullopt;
    });
    return payload.ok() ? Json::parse(payload.value()) : Json(payload.error().detail);
  }

  FakeHistory history;
  ExportDesk desk;
  HostWriter writer;
  Json claims;
  std::string origin = "203.0.113.9";
  std::string manifest = std::string(CRM_EXPORT_MANIFEST_BYTES_MAX, '\0');
  crm_export_result result{};
  std::vector<std::string> log;
  std::string detail;
};

TEST_F(Exporter, WritesFileProofAndAudit) {
  ASSERT_EQ(run(), CRM_OK) << detail;
  EXPECT_EQ(writer.text,
            "발송 여부,회원 아이디,발송 시각\r\n"
            "성공,me***,2026-11-23T12:00:00+09:00\r\n"
            "성공,me***,2026-11-23T12:00:00+09:00\r\n");
  EXPECT_EQ(result.rows, 2U);
  EXPECT_EQ(result.bytes, writer.text.size());
  const Sha256 digest = sha256(writer.text);
  EXPECT_TRUE(std::equal(digest.begin(), digest.end(), result.sha256));

  const Json proof = manifest_of_result();
  EXPECT_EQ(proof["iss"], "https://crm.example");
  EXPECT_EQ(proof["sha256"], hex(digest));
  EXPECT_EQ(proof["request_sha256"], hex(sha256(token())));
  EXPECT_EQ(proof["rows"], 2);
  EXPECT_EQ(proof["rule_version"], 3);
  EXPECT_EQ(proof["as_of"], (Json{{"send", 41}, {"shop", 17}}));
  EXPECT_TRUE(proof["retained_from"].is_null());
  EXPECT_EQ(proof["recipients"]["success"], 2);
  EXPECT_EQ(proof["previous_export_sha256"], "");
  EXPECT_EQ(proof["message_id"], claims["message_id"]);
  EXPECT_EQ(proof["columns"], (Json{"sent", "member_id", "sent_at"}));
  EXPECT_EQ(proof["masked"], true);
  EXPECT_EQ(proof["locale"], claims["locale"]);
  const std::string signed_text = proof.dump();  // nothing of people is in it
  EXPECT_EQ(signed_text.find("marketer-7"), std::string::npos);
  EXPECT_EQ(signed_text.find("고객 문의 확인"), std::string::npos);

  EXPECT_EQ(events(), "granted completed");
  const AuditRow& row = history.audit.back();
  EXPECT_EQ(row.actor, "marketer-7");
  EXPECT_EQ(row.origin, "203.0.113.9");
  EXPECT_EQ(row.reason, "고객 문의 확인");
  EXPECT_EQ(row.columns, "sent,member_id,sent_at");
  EXPECT_EQ(row.rows, 2);
  EXPECT_EQ(row.csv_sha256, hex(digest));
  EXPECT_EQ(row.export_id, proof["export_id"]);
  EXPECT_EQ(row.export_id, history.audit.front().export_id);
  EXPECT_EQ(history.audit.front().csv_sha256, "");
}

TEST_F(Exporter, WritesTheDialectThatTheTokenNames) {
  claims["dialect"] = "spreadsheet-v1";
  ASSERT_EQ(run(), CRM_OK) << detail;
  EXPECT_EQ(writer.text,
            "\xEF\xBB\xBF\"발송 여부\",\"회원 아이디\",\"발송 시각\"\r\n"
            "\"성공\",\"me***\",\"2026-11-23T12:00:00+09:00\"\r\n"
            "\"성공\",\"me***\",\"2026-11-23T12:00:00+09:00\"\r\n");
  const Json proof = manifest_of_result();
  EXPECT_EQ(proof["dialect"], "spreadsheet-v1");
  EXPECT_EQ(proof["sha256"], hex(sha256(writer.text)));
  EXPECT_EQ(proof["bytes"], writer.text.size());
  EXPECT_EQ(history.audit.back().dialect, "spreadsheet-v1");
}

TEST_F(Exporter, SaysSinceWhenDetailsAreKept) {
  history.kept_from_us = 1'767'538'800'000'000;
  ASSERT_EQ(run(), CRM_OK);
  EXPECT_EQ(manifest_of_result()["retained_from"], "2026-01-04T15:00:00Z");
}

TEST_F(Exporter, RowsThatAreFewerThanCountedAreNotSigned) {
  history.message.counts.recipients.success = 3;
  EXPECT_EQ(run(), CRM_ERR_CORRUPT);
  EXPECT_NE(detail.find("\"M-1\" (success 2 in the file, 3 counted)"), std::string::npos) << detail;
  EXPECT_NE(detail.find("from a backup"), std::string::npos) << detail;
  EXPECT_EQ(result.manifest_size, 0U);
  EXPECT_EQ(events(), "granted failed");
  EXPECT_EQ(history.audit.back().detail, detail);
  EXPECT_EQ(history.audit.back().csv_sha256, "");
}

TEST_F(Exporter, MoneyThatIsCountedButNotInTheFileIsNotSigned) {
  history.money["KRW"] = {1, 13'900, 0, 0};
  history.message.counts.orders = 1;
  EXPECT_EQ(run(), CRM_ERR_CORRUPT);
  EXPECT_NE(detail.find("orders 0 in the file, 1 counted"), std::string::npos) << detail;
  EXPECT_NE(detail.find("gross in KRW 0 in the file, 13900 counted"), std::string::npos) << detail;
}

TEST_F(Exporter, SameStateGivesTheSameBytesAndNamesTheExportBefore) {
  for (const char* dialect : {"raw-v1", "spreadsheet-v1"}) {
    claims["dialect"] = dialect;
    claims["jti"] = std::string(21, *dialect) + 'a';
    writer.text.clear();
    ASSERT_EQ(run(), CRM_OK);
    const std::string first = writer.text;
    writer.text.clear();
    claims["jti"] = std::string(21, *dialect) + 'b';
    ASSERT_EQ(run(), CRM_OK);
    EXPECT_EQ(writer.text, first);
    EXPECT_EQ(manifest_of_result()["previous_export_sha256"], hex(sha256(first)));
  }
}

TEST_F(Exporter, TokenIsGoodForOneExport) {
  ASSERT_EQ(run(), CRM_OK);
  writer.text.clear();
  EXPECT_EQ(run(), CRM_ERR_DENIED);
  EXPECT_EQ(writer.text, "");
  EXPECT_EQ(events(), "granted completed refused");
  EXPECT_EQ(history.audit.back().detail, detail);
  EXPECT_EQ(history.audit.back().export_id, "");
}

TEST_F(Exporter, RefusedTokenLeavesARowAndNoByte) {
  claims["tenant"] = "shop-2";
  EXPECT_EQ(run(), CRM_ERR_DENIED);
  EXPECT_EQ(run("no token at all"), CRM_ERR_DENIED);
  claims["tenant"] = "shop-1";
  claims["dialect"] = "excel-95";
  EXPECT_EQ(run(), CRM_ERR_DENIED);
  EXPECT_NE(detail.find("ask for raw-v1 or spreadsheet-v1"), std::string::npos) << detail;
  claims["dialect"] = "spreadsheet-v1";
  claims["columns"] = {"sent", "phone"};
  EXPECT_EQ(run(), CRM_ERR_DENIED);
  EXPECT_NE(detail.find("\"phone\""), std::string::npos) << detail;
  EXPECT_EQ(writer.calls, 0);
  EXPECT_EQ(events(), "refused refused refused refused");
  EXPECT_EQ(history.audit[0].actor, "marketer-7");
  EXPECT_EQ(history.audit[1].actor, "");
  EXPECT_EQ(history.audit[1].origin, "203.0.113.9");
  EXPECT_EQ(history.audit[2].dialect, "excel-95");
  EXPECT_EQ(history.audit[3].dialect, "spreadsheet-v1");
}

TEST_F(Exporter, UnknownMessageIsRefusedWithoutUsingUpTheToken) {
  history.message.message_id = "M-2";
  EXPECT_EQ(run(), CRM_ERR_NOT_FOUND);
  EXPECT_NE(detail.find("M-1"), std::string::npos);
  history.message.message_id = "M-1";
  EXPECT_EQ(run(), CRM_OK);
  EXPECT_EQ(events(), "refused granted completed");
}

TEST_F(Exporter, SmallManifestBufferIsRefusedBeforeAnything) {
  result.manifest_capacity = 100;
  EXPECT_EQ(run(), CRM_ERR_INVALID);
  EXPECT_EQ(writer.calls, 0);
  const std::size_t needed = std::stoul(detail.substr(detail.find("give ") + 5));
  result.manifest_capacity = needed - 1;
  EXPECT_EQ(run(), CRM_ERR_INVALID);
  result.manifest_capacity = needed;
  EXPECT_EQ(run(), CRM_OK);
  EXPECT_EQ(events(), "refused refused granted completed");
}

TEST_F(Exporter, UnusableArgumentsAreInvalidAndLeaveNothing) {
  crm_export_request request{};
  request.size = sizeof(request);
  FakeStore store(history);
  const ExportTenant tenant{store, fake_appender(history), no_mark};
  const auto refused = [&](const crm_export_request* req, const crm_writer* out,
                           crm_export_result* res) {
    try {
      run_export(desk, tenant, req, out, res);
      return false;
    } catch (const crm::Failure& failure) {
      return failure.status() == CRM_ERR_INVALID;
    }
  };
  EXPECT_TRUE(refused(nullptr, &writer.raw, &result));
  EXPECT_TRUE(refused(&request, nullptr, &result));
  EXPECT_TRUE(refused(&request, &writer.raw, nullptr));
  crm_writer no_write = writer.raw;
  no_write.write = nullptr;
  EXPECT_TRUE(refused(&request, &no_write, &result));
  crm_export_result short_result = result;
  short_result.size = 8;
  EXPECT_TRUE(refused(&request, &writer.raw, &short_result));
  crm_export_result no_buffer = result;
  no_buffer.manifest = nullptr;
  EXPECT_TRUE(refused(&request, &writer.raw, &no_buffer));
  request.origin = {nullptr, 5};
  EXPECT_TRUE(refused(&request, &writer.raw, &result));
  request.origin = crm::str("\xFF");
  EXPECT_TRUE(refused(&request, &writer.raw, &result));
  request.size = 8;
  EXPECT_TRUE(refused(&request, &writer.raw, &result));
  EXPECT_EQ(events(), "");
}

TEST_F(Exporter, ReaderThatLeavesIsRecordedAsCancelled) {
  add_deliveries(20'000);
  for (const char* dialect : {"raw-v1", "spreadsheet-v1"}) {
    claims["dialect"] = dialect;
    claims["jti"] = std::string(22, *dialect);
    writer.calls = 0;
    writer.cancelled = false;
    writer.on_write = [this] { writer.cancelled = writer.calls == 2; };
    history.audit.clear();
    EXPECT_EQ(run(), CRM_ERR_CANCELLED) << dialect;
    EXPECT_EQ(events(), "granted cancelled");
    EXPECT_GT(history.audit.back().rows, 0);
    EXPECT_LT(history.audit.back().rows, 20'000);
    EXPECT_EQ(history.audit.back().csv_sha256, "");
  }
}

TEST_F(Exporter, WriterThatFailsIsRecordedAsFailed) {
  add_deliveries(20'000);
  writer.fails_at = 300'000;
  EXPECT_EQ(run(), CRM_ERR_IO);
  writer.fails_at = writer.text.size();
  writer.failure = CRM_ERR_FULL;
  claims["jti"] = std::string(22, 'b');
  EXPECT_EQ(run(), CRM_ERR_FULL);
  EXPECT_EQ(events(), "granted failed granted failed");
  EXPECT_EQ(history.audit.back().detail, detail);
}

TEST_F(Exporter, DamageFoundOnTheWayIsRecordedAsFailed) {
  add_deliveries(50'000);
  history.before_batch = [](std::string_view first) {
    if (first > "d1040000") throw crm::Failure(CRM_ERR_CORRUPT, "the delivery is damaged");
  };
  EXPECT_EQ(run(), CRM_ERR_CORRUPT);
  EXPECT_EQ(events(), "granted failed");
  EXPECT_EQ(history.audit.back().detail, "the delivery is damaged");
  EXPECT_GT(history.audit.back().rows, 0);
  EXPECT_LE(history.audit.back().rows, 40'001);
}

TEST_F(Exporter, WriterIsCalledByTheCallersThreadAlone) {
  add_deliveries(50'000);
  const auto caller = std::this_thread::get_id();
  const crm_test::ThreadWatch threads;
  bool has_started_threads = false;
  writer.on_write = [&] {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    has_started_threads |= threads.has_started_any();
  };
  ASSERT_EQ(run(), CRM_OK) << detail;
  EXPECT_TRUE(has_started_threads);
  EXPECT_EQ(result.rows, 50'000U);
}

TEST_F(Exporter, LostAuditRowDoesNotHideTheFailure) {
  writer.fails_at = 0;
  history.before_audit = [](const AuditRow& row) {
    if (row.event == "failed") throw crm::Failure(CRM_ERR_FULL, "disk full");
  };
  EXPECT_EQ(run(), CRM_ERR_IO);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_NE(log[0].find("disk full"), std::string::npos);
}

TEST_F(Exporter, NothingIsWrittenWhenTheGrantCannotBeRecorded) {
  history.before_audit = [](const AuditRow&) { throw crm::Failure(CRM_ERR_FULL, "disk full"); };
  EXPECT_EQ(run(), CRM_ERR_FULL);
  EXPECT_EQ(writer.calls, 0);
  EXPECT_EQ(events(), "");
}

TEST_F(Exporter, UnrecordedCompletionIsNoExport) {
  history.before_audit = [](const AuditRow& row) {
    if (row.event == "completed") throw crm::Failure(CRM_ERR_IO, "disk broken");
  };
  EXPECT_EQ(run(), CRM_ERR_IO);
  EXPECT_EQ(events(), "granted failed");
}

TEST_F(Exporter, HostWithoutSigningKeyIsFoundOutFirst) {
  desk.keys.signing_seed = []() -> Ed25519Seed {
    throw crm::Failure(CRM_ERR_NOT_FOUND, "no key; make one");
  };
  EXPECT_EQ(run(), CRM_ERR_NOT_FOUND);
  EXPECT_EQ(writer.calls, 0);
  EXPECT_EQ(events(), "failed");
}

TEST_F(Exporter, UnknownTimeZoneIsRecordedAsFailed) {
  history.facts.time_zone = "Mars/Olympus";
  EXPECT_EQ(run(), CRM_ERR_INVALID);
  EXPECT_EQ(events(), "failed");
}

TEST_F(Exporter, NoAuditRowIsWrittenWhileTheFileIsStreamed) {
  add_deliveries(20'000);
  writer.on_write = [this] { EXPECT_EQ(history.audit.size(), 1U); };
  EXPECT_EQ(run(), CRM_OK) << detail;
  EXPECT_GT(writer.calls, 2);
}

TEST_F(Exporter, ShortWritesGiveTheSameFile) {
  ASSERT_EQ(run(), CRM_OK);
  const std::string whole = writer.text;
  writer.text.clear();
  writer.bytes_a_call_max = 1;
  claims["jti"] = std::string(22, 'b');
  ASSERT_EQ(run(), CRM_OK);
  EXPECT_EQ(writer.text, whole);
}

TEST_F(Exporter, BufferStaysSmall) {
  add_deliveries(50'000);
  ASSERT_EQ(run(), CRM_OK);
  EXPECT_GT(writer.text.size(), 2U * 256 * 1024);
  EXPECT_LT(writer.largest, 257U * 1024);
}

TEST_F(Exporter, LongTextsAreCut) {
  origin = std::string(255, 'o') + "가";
  EXPECT_EQ(run("x"), CRM_ERR_DENIED);
  EXPECT_EQ(history.audit.back().origin, std::string(255, 'o'));
}

TEST_F(Exporter, MessageWithoutDeliveriesIsAHeaderAlone) {
  history.deliveries.clear();
  history.message.counts.recipients = {};
  ASSERT_EQ(run(), CRM_OK);
  EXPECT_EQ(writer.text, "발송 여부,회원 아이디,발송 시각\r\n");
  EXPECT_EQ(result.rows, 0U);
}

}  // namespace
}  // namespace message_history
