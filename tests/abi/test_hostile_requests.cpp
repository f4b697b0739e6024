// Requests for views and exports that are malformed, too large or not allowed: the documented
// statuses.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "event_batch.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

constexpr crm_str null_with_size{nullptr, 3};
constexpr crm_str unending{nullptr, UINT64_MAX};
// Readable, but only for its first byte.
constexpr crm_str far_too_long{"x", uint64_t{1} << 40};

class HostileRequest : public testing::Test {
 protected:
  HostileRequest() {
    EventBatch batch("mall-1", "orders");
    batch.one_of_each("m-1", "member-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    if (instance_.events()->on_batch(instance_.raw(), &sent, &ack.raw) != CRM_OK) {
      throw std::runtime_error(TestHost::take_explanation());
    }
  }

  // A view request that `spoil` makes wrong is answered with `status`, words, and no byte.
  template <class Spoil>
  void expect_view(int32_t status, const char* what, Spoil spoil) {
    ViewRequest request("mall-1", "messages.manual");
    spoil(request.raw);
    RecordingWriter writer;
    TestHost::take_explanation();
    EXPECT_EQ(instance_.views()->render(instance_.raw(), &request.raw, &writer.raw), status)
        << what << ": " << TestHost::take_explanation();
    if (status != CRM_OK) {
      EXPECT_EQ(writer.text, "") << what;
    }
  }

  int32_t run(const crm_export_request* request, crm_export_result* result) {
    RecordingWriter writer;
    const int32_t status = instance_.exports()->run(instance_.raw(), request, &writer.raw, result);
    EXPECT_EQ(writer.text, "");
    return status;
  }

  std::string token() const {
    return export_token(crm::view(library_.descriptor()->id), "mall-1", "m-1");
  }

  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
  std::array<char, CRM_EXPORT_MANIFEST_BYTES_MAX> manifest_{};
  crm_export_result result_{sizeof(crm_export_result),     0, 0, 0, {}, manifest_.data(),
                            CRM_EXPORT_MANIFEST_BYTES_MAX, 0};
};

TEST_F(HostileRequest, ForAViewThatIsMissingOrShortIsInvalid) {
  RecordingWriter writer;
  EXPECT_EQ(instance_.views()->render(instance_.raw(), nullptr, &writer.raw), CRM_ERR_INVALID);
  for (uint32_t size = 0; size < sizeof(crm_view_request); size += 8) {
    expect_view(CRM_ERR_INVALID, "short", [&](crm_view_request& bad) { bad.size = size; });
  }
}

TEST_F(HostileRequest, ForAViewWithUnreadableTextIsInvalid) {
  const std::string endless(1 << 20, 'x');
  for (const crm_str bad : {null_with_size, unending, crm::str("\xff\xfe"), crm::str(endless)}) {
    expect_view(CRM_ERR_INVALID, "tenant", [&](crm_view_request& r) { r.tenant = bad; });
    expect_view(CRM_ERR_INVALID, "actor", [&](crm_view_request& r) { r.actor = bad; });
    expect_view(CRM_ERR_INVALID, "locale", [&](crm_view_request& r) { r.locale = bad; });
    expect_view(CRM_ERR_INVALID, "time_zone", [&](crm_view_request& r) { r.time_zone = bad; });
    expect_view(CRM_ERR_INVALID, "permissions", [&](crm_view_request& r) {
      r.permissions = &bad;
      r.permission_count = 1;
    });
    const crm_param bad_value{crm::str("q"), bad};
    expect_view(CRM_ERR_INVALID, "params", [&](crm_view_request& r) {
      r.params = &bad_value;
      r.param_count = 1;
    });
  }
  expect_view(CRM_ERR_INVALID, "view_id", [](crm_view_request& r) { r.view_id = unending; });
  expect_view(CRM_ERR_INVALID, "tenant", [](crm_view_request& r) { r.tenant = {}; });
}

TEST_F(HostileRequest, ForAViewWithArraysThatAreNullIsInvalid) {
  expect_view(CRM_ERR_INVALID, "permissions", [](crm_view_request& r) { r.permissions = nullptr; });
  for (const uint64_t count : {uint64_t{1}, UINT64_MAX}) {
    expect_view(CRM_ERR_INVALID, "params", [&](crm_view_request& r) {
      r.params = nullptr;
      r.param_count = count;
    });
    expect_view(CRM_ERR_INVALID, "permissions", [&](crm_view_request& r) {
      r.permissions = nullptr;
      r.permission_count = count;
    });
  }
}

TEST_F(HostileRequest, ForAViewWithAMillionParametersIsInvalid) {
  const std::vector<crm_param> params(1'000'000, crm_param{crm::str("q"), crm::str("x")});
  expect_view(CRM_ERR_INVALID, "params", [&](crm_view_request& r) {
    r.params = params.data();
    r.param_count = params.size();
  });
}

TEST_F(HostileRequest, ForAViewThatIsNotThereIsNotFound) {
  expect_view(CRM_ERR_NOT_FOUND, "view", [](crm_view_request& r) { r.view_id = crm::str("no"); });
  expect_view(CRM_ERR_NOT_FOUND, "tenant", [](crm_view_request& r) { r.tenant = crm::str("no"); });
}

TEST_F(HostileRequest, ForAViewWithoutThePermissionIsDenied) {
  expect_view(CRM_ERR_DENIED, "none", [](crm_view_request& r) {
    r.permissions = nullptr;
    r.permission_count = 0;
  });
  const crm_str similar = crm::str("history.view ");
  expect_view(CRM_ERR_DENIED, "similar", [&](crm_view_request& r) {
    r.permissions = &similar;
    r.permission_count = 1;
  });
}

TEST_F(HostileRequest, ForAViewInAnUnknownZoneIsInvalidAndInAnUnknownLocaleShown) {
  expect_view(CRM_ERR_INVALID, "zone",
              [](crm_view_request& r) { r.time_zone = crm::str("Mars/Olympus"); });
  expect_view(CRM_ERR_INVALID, "path",
              [](crm_view_request& r) { r.time_zone = crm::str("../../etc/passwd"); });
  expect_view(CRM_OK, "locale", [](crm_view_request& r) { r.locale = crm::str("xx-Zz"); });
}

TEST_F(HostileRequest, ForTheMenuWithoutResultsIsInvalid) {
  const crm_menu_entry* const* entries = nullptr;
  uint64_t count = 0;
  const auto* views = instance_.views();
  EXPECT_EQ(views->menu(instance_.raw(), nullptr, &count), CRM_ERR_INVALID);
  EXPECT_EQ(views->menu(instance_.raw(), &entries, nullptr), CRM_ERR_INVALID);
}

TEST_F(HostileRequest, ForAPositionOrADigestThatIsMalformedIsInvalid) {
  const auto* events = instance_.events();
  uint64_t seq = 0;
  std::array<uint8_t, 32> digest{};
  const crm_str tenant = crm::str("mall-1");
  EXPECT_EQ(events->position(instance_.raw(), tenant, tenant, nullptr), CRM_ERR_INVALID);
  EXPECT_EQ(events->digest(instance_.raw(), tenant, nullptr), CRM_ERR_INVALID);
  for (const crm_str bad : {null_with_size, unending, crm_str{}, crm::str("\xff")}) {
    EXPECT_EQ(events->position(instance_.raw(), bad, tenant, &seq), CRM_ERR_INVALID);
    EXPECT_EQ(events->position(instance_.raw(), tenant, bad, &seq), CRM_ERR_INVALID);
    EXPECT_EQ(events->digest(instance_.raw(), bad, digest.data()), CRM_ERR_INVALID);
  }
}

TEST_F(HostileRequest, ForAnExportThatIsMissingOrShortIsInvalid) {
  const std::string signed_request = token();
  const crm_export_request good{sizeof(good), 0, crm::str("mall-1"), crm::str(signed_request), {}};
  EXPECT_EQ(run(nullptr, &result_), CRM_ERR_INVALID);
  EXPECT_EQ(run(&good, nullptr), CRM_ERR_INVALID);
  for (const uint32_t size : {0u, 8u, 24u, 55u}) {
    crm_export_request bad = good;
    bad.size = size;
    EXPECT_EQ(run(&bad, &result_), CRM_ERR_INVALID) << size;
  }
  crm_export_result bad_result = result_;
  bad_result.size = sizeof(bad_result) - 8;
  EXPECT_EQ(run(&good, &bad_result), CRM_ERR_INVALID);
}

TEST_F(HostileRequest, ForAnExportWithASmallManifestBufferIsRefusedBeforeAnythingIsWritten) {
  const std::string signed_request = token();
  const crm_export_request good{sizeof(good), 0, crm::str("mall-1"), crm::str(signed_request), {}};
  for (const uint64_t capacity : {0, 1, 64}) {
    result_.manifest_capacity = capacity;
    EXPECT_LT(run(&good, &result_), CRM_OK) << capacity;
  }
  result_.manifest_capacity = CRM_EXPORT_MANIFEST_BYTES_MAX;
  result_.manifest = nullptr;
  EXPECT_LT(run(&good, &result_), CRM_OK);
}

TEST_F(HostileRequest, ForAnExportWithABadTokenIsDeniedOrInvalid) {
  std::string flipped = token();
  flipped[flipped.size() / 2] ^= 1;
  const std::string endless(CRM_EXPORT_TOKEN_BYTES_MAX + 1, 'a');
  const std::string signed_request = token();
  const auto status_of = [&](crm_str tenant, crm_str text) {
    const crm_export_request request{sizeof(request), 0, tenant, text, {}};
    return run(&request, &result_);
  };
  const crm_str tenant = crm::str("mall-1");
  for (const std::string_view text : {std::string_view(flipped), std::string_view("a.b.c"),
                                      std::string_view(".."), std::string_view("\0\0", 2)}) {
    EXPECT_EQ(status_of(tenant, crm::str(text)), CRM_ERR_DENIED) << text;
  }
  for (const crm_str text : {null_with_size, unending, crm_str{}, crm::str(endless)}) {
    const int32_t status = status_of(tenant, text);
    EXPECT_TRUE(status == CRM_ERR_DENIED || status == CRM_ERR_INVALID) << status;
  }
  const int32_t other_tenant = status_of(crm::str("mall-2"), crm::str(signed_request));
  EXPECT_TRUE(other_tenant == CRM_ERR_DENIED || other_tenant == CRM_ERR_NOT_FOUND) << other_tenant;
}

TEST_F(HostileRequest, ForAnExportWithAWildSizeIsRefusedUnread) {
  const std::string signed_request = token();
  const crm_export_request good{sizeof(good), 0, crm::str("mall-1"), crm::str(signed_request), {}};
  for (const crm_str bad : {unending, null_with_size, far_too_long}) {
    crm_export_request spoiled = good;
    spoiled.tenant = bad;
    EXPECT_EQ(run(&spoiled, &result_), CRM_ERR_INVALID);
    spoiled = good;
    spoiled.origin = bad;
    EXPECT_EQ(run(&spoiled, &result_), CRM_ERR_INVALID);
    spoiled = good;
    spoiled.token = bad;
    EXPECT_LT(run(&spoiled, &result_), CRM_OK);
  }
}

TEST_F(HostileRequest, ForAnExportFromAnOriginAboveItsMaximumIsInvalid) {
  const std::string origin(CRM_EXPORT_ORIGIN_BYTES_MAX + 1, 'o');
  const auto status_of = [&](std::string_view text) {
    const crm_export_request request{sizeof(request), 0, crm::str("mall-1"), crm::str("a.b.c"),
                                     crm::str(text)};
    return run(&request, &result_);
  };
  EXPECT_EQ(status_of(origin), CRM_ERR_INVALID);
  EXPECT_EQ(status_of(std::string_view(origin).substr(1)), CRM_ERR_DENIED) << "the token is wrong";
}

// A C string would end at the NUL: the remedy behind it, and half of the name, would be lost.
TEST_F(HostileRequest, ForANameWithANulIsToldWhole) {
  const std::string_view tenant("mall\0two", 8);
  std::array<uint8_t, 32> digest{};
  TestHost::take_explanation();
  EXPECT_EQ(instance_.events()->digest(instance_.raw(), crm::str(tenant), digest.data()),
            CRM_ERR_NOT_FOUND);
  const std::string words = TestHost::take_explanation();
  EXPECT_NE(words.find("mall\\x00two"), std::string::npos) << words;
  EXPECT_NE(words.find("replay a feed"), std::string::npos) << words;
}

TEST_F(HostileRequest, ForAnAuditThatIsMalformedIsInvalid) {
  const auto* exports = instance_.exports();
  crm_audit_result audit{};
  audit.size = sizeof(audit);
  EXPECT_EQ(exports->verify_audit(instance_.raw(), crm::str("mall-1"), nullptr), CRM_ERR_INVALID);
  EXPECT_EQ(exports->verify_audit(instance_.raw(), unending, &audit), CRM_ERR_INVALID);
  EXPECT_EQ(exports->verify_audit(instance_.raw(), crm::str("mall-1"), &audit), CRM_OK);
  audit.size = 8;
  EXPECT_EQ(exports->verify_audit(instance_.raw(), crm::str("mall-1"), &audit), CRM_ERR_INVALID);
}

TEST_F(HostileRequest, ForACheckIsAnsweredByStatusAndLeavesTheResultAlone) {
  const auto check = [this](const crm_check_request* request, const crm_writer* writer,
                            crm_check_result* result) {
    return instance_.maintenance()->check(instance_.raw(), request, writer, result);
  };
  RecordingWriter writer;
  const crm_check_request good{sizeof(good), 0, crm::str("mall-1"), 0};
  crm_check_result result{};
  result.size = sizeof(result);
  EXPECT_EQ(check(nullptr, &writer.raw, &result), CRM_ERR_INVALID);
  EXPECT_EQ(check(&good, nullptr, &result), CRM_ERR_INVALID);
  EXPECT_EQ(check(&good, &writer.raw, nullptr), CRM_ERR_INVALID);
  crm_check_result short_result = result;
  short_result.size = offsetof(crm_check_result, sha256);
  EXPECT_EQ(check(&good, &writer.raw, &short_result), CRM_ERR_INVALID);
  crm_check_request spoiled = good;
  spoiled.size = offsetof(crm_check_request, lines_max);
  EXPECT_EQ(check(&spoiled, &writer.raw, &result), CRM_ERR_INVALID);
  spoiled = good;
  spoiled.tenant = null_with_size;
  EXPECT_EQ(check(&spoiled, &writer.raw, &result), CRM_ERR_INVALID);
  spoiled.tenant = crm::str("mall-2");
  EXPECT_EQ(check(&spoiled, &writer.raw, &result), CRM_ERR_NOT_FOUND);
  EXPECT_EQ(result.rows, 0u);
  EXPECT_EQ(writer.text, "");

  spoiled = good;
  spoiled.flags = 0xFFFFFFFE;  // of a later minor
  EXPECT_EQ(check(&spoiled, &writer.raw, &result), CRM_OK);
  EXPECT_EQ(writer.text, "");
  EXPECT_GT(result.rows, 0u);
  EXPECT_EQ(result.damaged + result.differing + result.rebuilt, 0u);
  uint8_t digest[32] = {};
  EXPECT_EQ(instance_.events()->digest(instance_.raw(), crm::str("mall-1"), digest), CRM_OK);
  EXPECT_EQ(std::memcmp(result.sha256, digest, sizeof(digest)), 0);
}

TEST_F(HostileRequest, ForAPositionIsSetForAReasonAndOnRecord) {
  const auto set = [this](const crm_position_request* request, uint64_t* before) {
    return instance_.maintenance()->set_position(instance_.raw(), request, before);
  };
  const crm_position_request good{sizeof(good),
                                  0,
                                  crm::str("mall-1"),
                                  crm::str("orders"),
                                  crm::str("kim"),
                                  {},
                                  crm::str("one event had a wild number"),
                                  2};
  uint64_t before = 0;
  EXPECT_EQ(set(nullptr, &before), CRM_ERR_INVALID);
  EXPECT_EQ(set(&good, nullptr), CRM_ERR_INVALID);
  const auto expect = [&](int32_t status, void (*spoil)(crm_position_request&)) {
    crm_position_request spoiled = good;
    spoil(spoiled);
    EXPECT_EQ(set(&spoiled, &before), status) << TestHost::take_explanation();
  };
  using Request = crm_position_request;
  expect(CRM_ERR_INVALID, [](Request& r) { r.size = offsetof(Request, seq); });
  expect(CRM_ERR_INVALID, [](Request& r) { r.reason = crm::str(" \u3000"); });
  expect(CRM_ERR_INVALID, [](Request& r) { r.reason = far_too_long; });
  expect(CRM_ERR_INVALID, [](Request& r) { r.source = unending; });
  expect(CRM_ERR_INVALID, [](Request& r) { r.actor = null_with_size; });
  expect(CRM_ERR_INVALID, [](Request& r) { r.origin = far_too_long; });
  expect(CRM_ERR_INVALID, [](Request& r) { r.tenant = far_too_long; });
  expect(CRM_ERR_INVALID, [](Request& r) { r.seq = uint64_t{INT64_MAX} + 1; });
  expect(CRM_ERR_NOT_FOUND, [](Request& r) { r.source = crm::str("nobody"); });
  expect(CRM_ERR_NOT_FOUND, [](Request& r) { r.tenant = crm::str("mall-2"); });
  crm_audit_result audit{};
  audit.size = sizeof(audit);
  ASSERT_EQ(instance_.exports()->verify_audit(instance_.raw(), good.tenant, &audit), CRM_OK);
  EXPECT_EQ(audit.rows, 0u) << "what was refused did nothing";

  ASSERT_EQ(set(&good, &before), CRM_OK) << TestHost::take_explanation();
  EXPECT_EQ(before, 6u);
  uint64_t seq = 0;
  ASSERT_EQ(instance_.events()->position(instance_.raw(), good.tenant, good.source, &seq), CRM_OK);
  EXPECT_EQ(seq, 2u);
  ASSERT_EQ(instance_.exports()->verify_audit(instance_.raw(), good.tenant, &audit), CRM_OK);
  EXPECT_EQ(audit.rows, 1u);
  EXPECT_EQ(audit.running, 0u);
}

TEST_F(HostileRequest, ForTheTenantsGetsAListOrTheWritersFailure) {
  RecordingWriter writer;
  EXPECT_EQ(instance_.maintenance()->tenants(instance_.raw(), &writer.raw), CRM_OK);
  EXPECT_EQ(writer.text, R"(["mall-1"])");
  EXPECT_EQ(instance_.maintenance()->tenants(instance_.raw(), nullptr), CRM_ERR_INVALID);
  RecordingWriter failing([](uint64_t, uint64_t) { return CRM_ERR_INTERNAL; });
  EXPECT_EQ(instance_.maintenance()->tenants(instance_.raw(), &failing.raw), CRM_ERR_IO);
}

}  // namespace
}  // namespace crm_tests
