// A host that lacks parts, answers nonsense or calls out of order gets statuses, never a crash.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

bool is_status(int32_t status) {
  return status <= CRM_OK && status >= CRM_ERR_INTERNAL;
}

class HostileHost : public testing::Test {
 protected:
  // The instance records a batch and shows it: what every host that suffices must see.
  void expect_works() {
    const Instance instance(library_, &host_.raw);
    ASSERT_EQ(instance.created, CRM_OK) << TestHost::take_explanation();
    ASSERT_EQ(instance.started, CRM_OK) << TestHost::take_explanation();
    EventBatch batch("mall-1", "orders");
    batch.one_of_each("m-1", "member-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK)
        << TestHost::take_explanation();
    EXPECT_EQ(ack.raw.accepted, batch.count());
    const ViewRequest request("mall-1", "messages.manual");
    RecordingWriter writer;
    EXPECT_EQ(instance.views()->render(instance.raw(), &request.raw, &writer.raw), CRM_OK)
        << TestHost::take_explanation();
    EXPECT_NE(writer.text.find("m-1"), std::string::npos) << writer.text;
  }

  // Neither made nor started, with a status that says so and words for people.
  void expect_refused(int32_t status) {
    TestHost::take_explanation();
    const Instance instance(library_, &host_.raw);
    EXPECT_FALSE(instance.runs());
    const int32_t given = instance.created != CRM_OK ? instance.created : instance.started;
    if (status != CRM_OK) {
      EXPECT_EQ(given, status);
    }
    EXPECT_TRUE(is_status(given) && given != CRM_OK) << given;
    EXPECT_FALSE(TestHost::take_explanation().empty());
  }

  // Whatever the plugin answers is a status, and it lives on.
  void expect_survives() {
    const Instance instance(library_, &host_.raw);
    EXPECT_TRUE(is_status(instance.created)) << instance.created;
    if (instance.created != CRM_OK) return;
    EXPECT_TRUE(is_status(instance.started)) << instance.started;
    if (instance.started != CRM_OK) return;
    EventBatch batch("mall-1", "orders");
    batch.one_of_each("m-1", "member-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    EXPECT_TRUE(is_status(instance.events()->on_batch(instance.raw(), &sent, &ack.raw)));
    const ViewRequest request("mall-1", "messages.manual");
    RecordingWriter writer;
    EXPECT_TRUE(is_status(instance.views()->render(instance.raw(), &request.raw, &writer.raw)));
  }

  TestHost host_;
  Library library_{plugin_path()};
};

TEST_F(HostileHost, ThatIsWholeWorks) {
  expect_works();
}

TEST_F(HostileHost, WithAShortStructureIsInvalidAndTheResultUntouched) {
  for (const size_t size : {size_t{0}, size_t{4}, sizeof(crm_host) - 8, sizeof(crm_host) - 1}) {
    host_.raw.size = static_cast<uint32_t>(size);
    crm_plugin untouched{};
    crm_plugin* plugin = &untouched;
    EXPECT_EQ(library_.descriptor()->create(&host_.raw, &plugin), CRM_ERR_INVALID) << size;
    EXPECT_EQ(plugin, &untouched) << size;
  }
}

TEST_F(HostileHost, WithoutAHostOrAResultIsInvalid) {
  crm_plugin* plugin = nullptr;
  EXPECT_EQ(library_.descriptor()->create(nullptr, &plugin), CRM_ERR_INVALID);
  EXPECT_EQ(plugin, nullptr);
  EXPECT_EQ(library_.descriptor()->create(&host_.raw, nullptr), CRM_ERR_INVALID);
}

TEST_F(HostileHost, OfALaterMinorWithALongerStructureWorks) {
  struct LaterHost {
    crm_host known;
    uint64_t added[8];
  } later{host_.raw, {}};
  later.known.size = sizeof(later);
  later.known.abi_minor = CRM_ABI_MINOR + 5;
  const Instance instance(library_, &later.known);
  EXPECT_TRUE(instance.runs()) << TestHost::take_explanation();
}

TEST_F(HostileHost, WithoutAnyExtensionIsUnsupported) {
  host_.missing = {CRM_EXT_PATHS, CRM_EXT_CONFIG, CRM_EXT_KEYS, CRM_EXT_METRICS};
  expect_refused(CRM_ERR_UNSUPPORTED);
}

TEST_F(HostileHost, WithoutAnExtensionFunctionIsUnsupported) {
  host_.raw.extension = nullptr;
  expect_refused(CRM_ERR_UNSUPPORTED);
}

TEST_F(HostileHost, WithoutPathsIsUnsupported) {
  host_.missing = {CRM_EXT_PATHS};
  expect_refused(CRM_ERR_UNSUPPORTED);
}

TEST_F(HostileHost, WithAShortOrEmptyPathsTableIsUnsupported) {
  host_.paths.size = sizeof(host_.paths) - 1;
  expect_refused(CRM_ERR_UNSUPPORTED);
  host_.paths.size = sizeof(host_.paths);
  host_.paths.data_dir = nullptr;
  expect_refused(CRM_ERR_UNSUPPORTED);
}

TEST_F(HostileHost, WithPathsAloneWorks) {
  host_.missing = {CRM_EXT_CONFIG, CRM_EXT_KEYS, CRM_EXT_METRICS};
  expect_works();
}

TEST_F(HostileHost, WithoutLogClockAndExplainWorks) {
  host_.raw.log = nullptr;
  host_.raw.now_us = nullptr;
  host_.raw.explain = nullptr;
  expect_works();
}

TEST_F(HostileHost, WithTablesOfNullFunctionsWorks) {
  host_.config.get = nullptr;
  host_.keys.issuer = nullptr;
  host_.keys.issuer_key = nullptr;
  host_.keys.signing_seed = nullptr;
  host_.metrics.add = nullptr;
  host_.metrics.observe_us = nullptr;
  expect_works();
}

TEST_F(HostileHost, WithShortOptionalTablesWorks) {
  host_.config.size = host_.keys.size = host_.metrics.size = 8;
  expect_works();
}

TEST_F(HostileHost, WithoutANameForItsDataFolderIsUnsupported) {
  const auto with = [this](crm_str (*data_dir)(const crm_host*)) {
    host_.paths.data_dir = data_dir;
    expect_refused(CRM_ERR_UNSUPPORTED);
  };
  with([](const crm_host*) { return crm_str{nullptr, 0}; });
  with([](const crm_host*) { return crm_str{nullptr, 5}; });
  with([](const crm_host*) { return crm_str{"", 0}; });
}

// One byte of these is there: what claims to be longer than any such name is not read.
TEST_F(HostileHost, WithWildSizesOfItsNamesIsSurvived) {
  host_.keys.issuer = [](const crm_host*) { return crm_str{"x", uint64_t{1} << 40}; };
  expect_survives();
  host_.paths.data_dir = [](const crm_host*) { return crm_str{"/", UINT64_MAX}; };
  expect_refused(CRM_ERR_INVALID);
}

// Whether at the start or at the first batch: nothing is acknowledged that cannot be kept.
TEST_F(HostileHost, WithAnUnusableDataFolderGetsNoAcknowledgement) {
  const auto with = [this](crm_str (*data_dir)(const crm_host*)) {
    host_.paths.data_dir = data_dir;
    const Instance instance(library_, &host_.raw);
    if (!instance.runs()) return;
    EventBatch batch("mall-1", "orders");
    batch.message("m-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    TestHost::take_explanation();
    const int32_t status = instance.events()->on_batch(instance.raw(), &sent, &ack.raw);
    EXPECT_TRUE(is_status(status) && status != CRM_OK) << status;
    EXPECT_FALSE(TestHost::take_explanation().empty());
  };
  with([](const crm_host*) { return crm::str("/proc/self/no/such/folder"); });
  with([](const crm_host*) { return crm::str("/dev/null"); });
  with([](const crm_host*) { return crm::str(std::string_view("/dev/null\0/data", 15)); });
}

TEST_F(HostileHost, WithAnswersOutsideTheInterfaceIsSurvived) {
  const auto with = [this](decltype(crm_ext_config::get) get) {
    host_.config.get = get;
    expect_survives();
  };
  with([](const crm_host*, crm_str, const char*, char*, uint64_t, uint64_t* size) {
    *size = UINT64_MAX;
    return int32_t{CRM_OK};
  });
  with([](const crm_host*, crm_str, const char*, char*, uint64_t, uint64_t* size) {
    *size = 1u << 20;
    return int32_t{CRM_ERR_FULL};
  });
  with([](const crm_host*, crm_str, const char*, char*, uint64_t, uint64_t*) {
    return int32_t{17};
  });
  with([](const crm_host*, crm_str, const char*, char* buffer, uint64_t, uint64_t* size) {
    std::memcpy(buffer, "Mars/\xff\xfe", 7);
    *size = 7;
    return int32_t{CRM_OK};
  });
  host_.keys.issuer = [](const crm_host*) { return crm_str{nullptr, 9}; };
  host_.keys.issuer_key = [](const crm_host*, crm_str, uint8_t*) { return int32_t{3}; };
  host_.keys.signing_seed = [](const crm_host*, uint8_t*) { return int32_t{CRM_ERR_IO}; };
  host_.raw.now_us = [](const crm_host*) { return INT64_MIN; };
  expect_survives();
  host_.raw.now_us = [](const crm_host*) { return INT64_MAX; };
  expect_survives();
}

// A child has no thread of the plugin, and shares its files and locks with its parent.
TEST_F(HostileHost, ThatForksIsToldInTheChildAndGoesOnInTheParent) {
  expect_works();
  const Instance instance(library_, &host_.raw);
  ASSERT_TRUE(instance.runs());
  const auto record = [&instance](const char* source) {
    EventBatch batch("mall-1", source);
    batch.message("m-2");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    return instance.events()->on_batch(instance.raw(), &sent, &ack.raw);
  };
  ASSERT_EQ(record("before"), CRM_OK);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(60);  // it must not wait for threads that are not there
    TestHost::take_explanation();
    bool is_refused = record("child") == CRM_ERR_UNSUPPORTED &&
                      TestHost::take_explanation().find("child") != std::string::npos;
    const ViewRequest request("mall-1", "messages.manual");
    RecordingWriter writer;
    is_refused &= instance.views()->render(instance.raw(), &request.raw, &writer.raw) ==
                      CRM_ERR_UNSUPPORTED &&
                  writer.text.empty();
    instance.raw()->stop(instance.raw());
    instance.raw()->destroy(instance.raw());
    ::_exit(is_refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(record("after"), CRM_OK) << TestHost::take_explanation();
  uint64_t seq = 0;
  ASSERT_EQ(
      instance.events()->position(instance.raw(), crm::str("mall-1"), crm::str("child"), &seq),
      CRM_OK);
  EXPECT_EQ(seq, 0u) << "the child recorded";
}

TEST_F(HostileHost, ThatStopsTwiceOrWithoutStartIsSurvived) {
  for (const bool is_started : {false, true}) {
    crm_plugin* plugin = nullptr;
    ASSERT_EQ(library_.descriptor()->create(&host_.raw, &plugin), CRM_OK);
    if (is_started) {
      ASSERT_EQ(plugin->start(plugin), CRM_OK);
    }
    plugin->stop(plugin);
    plugin->stop(plugin);
    plugin->destroy(plugin);
  }
}

TEST_F(HostileHost, ThatDestroysWithoutStartIsSurvived) {
  crm_plugin* plugin = nullptr;
  ASSERT_EQ(library_.descriptor()->create(&host_.raw, &plugin), CRM_OK);
  plugin->destroy(plugin);
}

TEST_F(HostileHost, GetsTheSameExtensionsOnEveryCallAndNullForStrangers) {
  const Instance instance(library_, &host_.raw);
  ASSERT_TRUE(instance.runs());
  for (const char* id :
       {CRM_EXT_EVENTS, CRM_EXT_ADMIN_VIEWS, CRM_EXT_EXPORTS, CRM_EXT_MAINTENANCE}) {
    const void* table = instance.raw()->extension(instance.raw(), id);
    EXPECT_NE(table, nullptr) << id;
    EXPECT_EQ(instance.raw()->extension(instance.raw(), id), table) << id;
  }
  for (const char* id : {"", "crm.events/2", "crm.events", "crm.paths/1"}) {
    EXPECT_EQ(instance.raw()->extension(instance.raw(), id), nullptr) << id;
  }
  EXPECT_EQ(instance.raw()->extension(instance.raw(), nullptr), nullptr);
}

TEST_F(HostileHost, CannotLeadThePluginOutOfItsFolder) {
  const Instance instance(library_, &host_.raw);
  ASSERT_TRUE(instance.runs());
  for (const char* tenant : {"../escaped", "../../escaped", "/tmp/escaped", ".", "..", "a/b",
                             "%2e%2e", "con", "Mall-1", "mall-1", "메일"}) {
    EventBatch batch(tenant, "../source");
    batch.one_of_each("../m", "../member");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    EXPECT_TRUE(is_status(instance.events()->on_batch(instance.raw(), &sent, &ack.raw)));
    const ViewRequest request(tenant, "../../messages.manual");
    RecordingWriter writer;
    EXPECT_EQ(instance.views()->render(instance.raw(), &request.raw, &writer.raw),
              CRM_ERR_NOT_FOUND);
    EXPECT_TRUE(host_.is_contained()) << tenant;
  }
}

TEST_F(HostileHost, KeepsTenantsThatDifferInCaseApart) {
  const Instance instance(library_, &host_.raw);
  ASSERT_TRUE(instance.runs());
  EventBatch batch("Mall-1", "orders");
  batch.one_of_each("m-1", "member-1");
  const crm_event_batch sent = batch.raw();
  Ack ack;
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK);
  uint64_t seq = 99;
  EXPECT_EQ(instance.events()->position(instance.raw(), crm::str("mall-1"), sent.source, &seq),
            CRM_OK);
  EXPECT_EQ(seq, 0u);
}

}  // namespace
}  // namespace crm_tests
