// A process that may not start another thread: what is acknowledged is durable and shown, what
// needs threads says so, and everything goes on once there are some.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "event_batch.h"
#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace {
std::atomic<bool> has_no_threads = false;
}

// Stands before libc's own: the C++ library starts its threads by it.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return has_no_threads ? EAGAIN : create(thread, attributes, run, argument);
}

namespace crm_tests {
namespace {

class WithoutThreads : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(instance_.runs()) << TestHost::take_explanation(); }
  void TearDown() override { has_no_threads = false; }

  void expect_recorded(const std::string& message) {
    EventBatch batch("mall-1", message);
    batch.one_of_each(message, "member-1");
    const crm_event_batch sent = batch.raw();
    Ack ack;
    EXPECT_EQ(instance_.events()->on_batch(instance_.raw(), &sent, &ack.raw), CRM_OK)
        << TestHost::take_explanation();
    EXPECT_EQ(ack.raw.accepted, batch.count());
  }
  void expect_shown(const std::string& message) {
    const ViewRequest request("mall-1", "messages.manual");
    RecordingWriter writer;
    EXPECT_EQ(instance_.views()->render(instance_.raw(), &request.raw, &writer.raw), CRM_OK)
        << TestHost::take_explanation();
    EXPECT_NE(writer.text.find(message), std::string::npos) << message;
  }
  int32_t run_export() {
    const std::string token = export_token(crm::view(library_.descriptor()->id), "mall-1", "m-1");
    ExportRequest request("mall-1", token);
    RecordingWriter writer;
    return instance_.exports()->run(instance_.raw(), &request.raw, &writer.raw, &request.result);
  }

  TestHost host_;
  Library library_{plugin_path()};
  Instance instance_{library_, &host_.raw};
};

TEST_F(WithoutThreads, WhatIsAcknowledgedIsShownAndNothingIsADefect) {
  has_no_threads = true;
  for (const char* message : {"m-1", "m-2", "m-3"}) {
    expect_recorded(message);
    expect_shown(message);
  }
  TestHost::take_explanation();
  const int32_t status = run_export();
  EXPECT_TRUE(status == CRM_OK || status == CRM_ERR_BUSY) << status;
  if (status != CRM_OK) {
    EXPECT_NE(TestHost::take_explanation().find("thread"), std::string::npos);
  }
  has_no_threads = false;
  expect_recorded("m-4");
  expect_shown("m-4");
  EXPECT_EQ(run_export(), CRM_OK) << TestHost::take_explanation();
}

}  // namespace
}  // namespace crm_tests
