// The host's functions that a plugin may call let no exception out, whichever allocation fails.
#include <crm/ext/config.h>
#include <crm/ext/keys.h>
#include <crm/ext/metrics.h>
#include <gtest/gtest.h>

#include <crm/cpp/text.hpp>
#include <cstdlib>
#include <functional>
#include <new>

#include "keys/key_store.h"
#include "loader/explanation.h"
#include "loader/host_log.h"
#include "loader/metrics.h"
#include "loader/plugin_host.h"
#include "loader/tenant_settings.h"
#include "support/temporary_folder.h"

namespace {

// The number of allocations of this thread that still succeed; below 0: all do.
thread_local int64_t allocations_left = -1;

void* allocate(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace host_stub {
namespace {

constexpr int allocations_max = 300;
const std::string long_text(200, 'x');  // too long for a string's own bytes

class HostCallbacks : public testing::Test {
 protected:
  HostCallbacks()
      : settings_(folder_.path()),
        keys_(std::filesystem::path(folder_.path()) / "keys"),
        host_(HostServices{log_, settings_, keys_, metrics_, folder_.path()}, "org.example.a") {
    EXPECT_TRUE(settings_.declare("mall-1", {{"note", long_text}}));
    EXPECT_TRUE(keys_.issuer());
    EXPECT_TRUE(keys_.signing_key("org.example.a"));
  }

  const crm_host* host() const { return host_.raw(); }

  template <class Table>
  const Table* table(const char* id) const {
    return static_cast<const Table*>(host()->extension(host(), id));
  }

  // Lets the n-th allocation fail, for every n until none does; the call's status is one that a
  // caller can act on.
  void for_every_failing_allocation(const std::function<int32_t()>& call) {
    for (int n = 0; n < allocations_max; ++n) {
      allocations_left = n;
      const int32_t status = call();
      const bool was_enough = allocations_left > 0;
      allocations_left = -1;
      ASSERT_LE(status, 0);
      if (was_enough) {
        ASSERT_EQ(status, CRM_OK);
        return;
      }
    }
    FAIL() << "it takes more than " << allocations_max << " allocations";
  }

  TemporaryFolder folder_;
  HostLog log_{CRM_LOG_ERROR + 1};  // says nothing
  HostLog loud_log_{CRM_LOG_DEBUG};
  Metrics metrics_;
  TenantSettings settings_;
  KeyStore keys_;
  PluginHost host_;
};

TEST_F(HostCallbacks, ExplanationsAndLogLinesAreDroppedWhenMemoryIsShort) {
  for_every_failing_allocation([&] {
    host()->explain(host(), CRM_ERR_IO, crm::str(long_text));
    return CRM_OK;
  });
  EXPECT_EQ(take_explanation(), long_text);
  const PluginHost loud(HostServices{loud_log_, settings_, keys_, metrics_, folder_.path()},
                        "org.example.a");
  testing::internal::CaptureStderr();
  for_every_failing_allocation([&] {
    loud.raw()->log(loud.raw(), CRM_LOG_ERROR, crm::str(long_text));
    return CRM_OK;
  });
  EXPECT_NE(testing::internal::GetCapturedStderr().find(long_text), std::string::npos);
}

TEST_F(HostCallbacks, SettingsKeysAndMetricsAnswerWithAStatus) {
  const auto* const config = table<crm_ext_config>(CRM_EXT_CONFIG);
  const auto* const keys = table<crm_ext_keys>(CRM_EXT_KEYS);
  const auto* const metrics = table<crm_ext_metrics>(CRM_EXT_METRICS);
  char buffer[512];
  uint64_t size = 0;
  for_every_failing_allocation([&] {
    return config->get(host(), crm::str("mall-1"), "note", buffer, sizeof(buffer), &size);
  });
  EXPECT_EQ(size, long_text.size());
  for_every_failing_allocation(
      [&] { return keys->issuer(host()).data == nullptr ? CRM_ERR_NO_MEMORY : CRM_OK; });
  uint8_t key[32];
  for_every_failing_allocation([&] { return keys->signing_seed(host(), key); });
  const std::string kid = keys_.issuing_key().value().kid;
  for_every_failing_allocation([&] { return keys->issuer_key(host(), crm::str(kid), key); });
  for_every_failing_allocation([&] {
    metrics->add(host(), long_text.c_str(), 1);
    metrics->observe_us(host(), long_text.c_str(), 1);
    return CRM_OK;
  });
}

}  // namespace
}  // namespace host_stub
