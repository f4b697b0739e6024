// A plugin can be loaded, used and unloaded again and again without leaving anything behind.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "event_batch.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

uint64_t rounds() {
  const char* given = std::getenv("CRM_UNLOAD_ROUNDS");
  return given != nullptr ? std::stoull(given) : 1000;
}

uint64_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator first(folder);
  return static_cast<uint64_t>(std::distance(first, {}));
}

bool is_mapped(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename();
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(name) != std::string::npos) return true;
  }
  return false;
}

void use(const Instance& instance, const char* view_id, uint64_t round) {
  ASSERT_TRUE(instance.runs()) << TestHost::take_explanation();
  EventBatch batch("mall-1", "orders", round * 6 + 1);
  batch.one_of_each("m-1", "member-" + std::to_string(round % 7));
  Ack ack;
  const crm_event_batch sent = batch.raw();
  ASSERT_EQ(instance.events()->on_batch(instance.raw(), &sent, &ack.raw), CRM_OK)
      << TestHost::take_explanation();
  ASSERT_EQ(ack.raw.accepted, 6u);
  ASSERT_EQ(ack.raw.durable_seq, batch.last_seq());
  const ViewRequest request("mall-1", view_id);
  RecordingWriter writer;
  ASSERT_EQ(instance.views()->render(instance.raw(), &request.raw, &writer.raw), CRM_OK)
      << TestHost::take_explanation();
  ASSERT_FALSE(writer.text.empty());
}

void load_and_unload(const std::string& path, const char* view_id) {
  const TestHost host;
  const auto once = [&](uint64_t round) {
    {
      const Library library(path);
      const Instance instance(library, &host.raw);
      use(instance, view_id, round);
      ASSERT_TRUE(is_mapped(path));
    }
    ASSERT_FALSE(is_mapped(path)) << "round " << round << ": dlclose left the library mapped";
  };
  once(0);  // what libc, OpenSSL and the like open once and keep is not the plugin's
  const uint64_t descriptors = entries_of("/proc/self/fd");
  const uint64_t threads = entries_of("/proc/self/task");
  for (uint64_t round = 1; round < rounds() && !testing::Test::HasFatalFailure(); ++round) {
    once(round);
  }
  EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
  EXPECT_EQ(entries_of("/proc/self/task"), threads);
}

TEST(Unload, MessageHistoryLeavesNothingBehind) {
  load_and_unload(plugin_path(), "messages.manual");
}

TEST(Unload, ThePluginInPlainCLeavesNothingBehind) {
  // It keeps positions in memory only, so every round begins anew.
  load_and_unload(small_plugin_path("good_c_plugin"), "sample.positions");
}

TEST(Unload, APluginWithAThreadLeavesNothingBehind) {
  const TestHost host;
  const std::string path = small_plugin_path("thread_at_stop");
  std::thread([] {}).join();  // a sanitizer starts one of its own with the first
  const uint64_t threads = entries_of("/proc/self/task");
  for (int round = 0; round < 20; ++round) {
    {
      const Library library(path);
      const Instance instance(library, &host.raw);
      ASSERT_TRUE(instance.runs());
      ASSERT_EQ(entries_of("/proc/self/task"), threads + 1);
    }
    ASSERT_EQ(entries_of("/proc/self/task"), threads);
    ASSERT_FALSE(is_mapped(path));
  }
}

}  // namespace
}  // namespace crm_tests
