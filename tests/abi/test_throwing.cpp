// What a plugin throws ends in the wrapper: the host sees a status and an explanation.
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

struct Thrown {
  const char* plugin;
  int32_t status;
  const char* explanation;
};

void PrintTo(const Thrown& thrown, std::ostream* out) {
  *out << thrown.plugin;
}

class Throwing : public testing::TestWithParam<Thrown> {};

TEST_P(Throwing, CrossesNoFunctionOfTheInterface) {
  const TestHost host;
  const Library library(small_plugin_path(GetParam().plugin));
  const Instance instance(library, &host.raw);
  const auto expect_stopped = [](int32_t status, const char* function) {
    EXPECT_EQ(status, GetParam().status) << function;
    EXPECT_EQ(TestHost::take_explanation(), GetParam().explanation) << function;
  };
  ASSERT_EQ(instance.created, CRM_OK);
  expect_stopped(instance.started, "start");
  EXPECT_EQ(instance.raw()->extension(instance.raw(), "unknown/1"), nullptr);
  TestHost::take_explanation();

  const EventBatch batch("mall-1", "orders");
  const crm_event_batch sent = batch.raw();
  Ack ack;
  uint64_t seq = 7;
  std::array<uint8_t, 32> digest{};
  const auto* events = instance.events();
  expect_stopped(events->on_batch(instance.raw(), &sent, &ack.raw), "on_batch");
  expect_stopped(events->position(instance.raw(), sent.tenant, sent.source, &seq), "position");
  EXPECT_EQ(seq, 7u) << "the result was touched on failure";
  expect_stopped(events->digest(instance.raw(), sent.tenant, digest.data()), "digest");

  const ViewRequest request("mall-1", "view");
  const RecordingWriter writer;
  const crm_menu_entry* const* entries = nullptr;
  uint64_t count = 0;
  const auto* views = instance.views();
  expect_stopped(views->menu(instance.raw(), &entries, &count), "menu");
  expect_stopped(views->render(instance.raw(), &request.raw, &writer.raw), "render");

  const crm_export_request order{sizeof(order), 0, sent.tenant, {}, {}};
  crm_export_result result{};
  result.size = sizeof(result);
  crm_audit_result audit{};
  audit.size = sizeof(audit);
  const auto* exports = instance.exports();
  expect_stopped(exports->run(instance.raw(), &order, &writer.raw, &result), "run");
  expect_stopped(exports->verify_audit(instance.raw(), sent.tenant, &audit), "verify_audit");
}

INSTANTIATE_TEST_SUITE_P(
    Everything, Throwing,
    testing::Values(Thrown{"throwing_runtime_error", CRM_ERR_INTERNAL, "thrown on purpose"},
                    Thrown{"throwing_bad_alloc", CRM_ERR_NO_MEMORY,
                           "out of memory; free some and try again"},
                    Thrown{"throwing_int", CRM_ERR_INTERNAL,
                           "an unknown exception was stopped at the boundary"}),
    [](const auto& tested) { return std::string(tested.param.plugin); });

TEST(Throwing, InCreateIsAFailureThatLeavesTheResultAlone) {
  const TestHost host;
  const Library library(small_plugin_path("throwing"));
  crm_plugin untouched{};
  crm_plugin* plugin = &untouched;
  EXPECT_EQ(library.descriptor()->create(&host.raw, &plugin), CRM_ERR_INTERNAL);
  EXPECT_EQ(plugin, &untouched);
  EXPECT_EQ(TestHost::take_explanation(), "thrown on purpose");
}

TEST(Throwing, IsStoppedForAHostWithoutExplain) {
  TestHost host;
  host.raw.explain = nullptr;
  const Library library(small_plugin_path("throwing_runtime_error"));
  const Instance instance(library, &host.raw);
  EXPECT_EQ(instance.started, CRM_ERR_INTERNAL);
}

}  // namespace
}  // namespace crm_tests
