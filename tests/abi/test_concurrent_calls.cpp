// Sixteen threads on every [any] and [request] function while [events] batches arrive for four
// tenants.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "event_batch.h"
#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"
#include "view_request.h"

namespace crm_tests {
namespace {

constexpr int callers = 16;
constexpr int tenants = 4;
constexpr int batches = 15;
constexpr int events_per_batch = 6;
constexpr int rounds = 6;

using Digest = std::array<uint8_t, 32>;

std::string tenant_name(int tenant) {
  return "mall-" + std::to_string(tenant);
}

std::string batch_source(int batch) {
  return batch % 2 == 0 ? "orders" : "sends";
}

void send_batch(const Instance& instance, int tenant, int batch) {
  EventBatch events(tenant_name(tenant), batch_source(batch),
                    static_cast<uint64_t>(batch * events_per_batch + 1));
  events.one_of_each("m-" + std::to_string(batch % 3), "member-" + std::to_string(batch % 5));
  const crm_event_batch sent = events.raw();
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Ack ack;
    const int32_t status = instance.events()->on_batch(instance.raw(), &sent, &ack.raw);
    if (status == CRM_ERR_BUSY) continue;
    ASSERT_EQ(status, CRM_OK) << TestHost::take_explanation();
    ASSERT_EQ(ack.raw.durable_seq, events.last_seq());
    ASSERT_EQ(ack.raw.accepted, events.count());
    return;
  }
  FAIL() << "busy a thousand times";
}

// Every function that may be called at any time, once; what it may answer is checked.
class Caller {
 public:
  Caller(const Instance& instance, std::string audience, int number)
      : instance_(instance),
        audience_(std::move(audience)),
        tenant_(tenant_name(number % tenants)) {}

  void call_everything() {
    ask_positions();
    ask_digest();
    ask_menu();
    for (const char* view : {"messages.manual", "messages.automatic", "health", "exports"}) {
      render(view, {});
    }
    render("message", {{"message_id", "m-0"}});
    render("message.buyers", {{"message_id", "m-0"}});
    render("message.recipients", {{"message_id", "m-1"}});
    render("member", {{"member_id", "member-1"}});
    render("settings.attribution", {{"delivered_window_hours", "23"}});
    run_export();
    verify_audit();
  }

 private:
  // Nothing of the tenant need be there yet, and a lock may be held; anything else is a defect.
  static void expect_calm(int32_t status, const char* function) {
    EXPECT_TRUE(status == CRM_OK || status == CRM_ERR_NOT_FOUND || status == CRM_ERR_BUSY)
        << function << " answered " << status << ": " << TestHost::take_explanation();
  }

  void ask_positions() {
    for (const int parity : {0, 1}) {
      uint64_t seq = 0;
      const std::string source = batch_source(parity);
      expect_calm(
          instance_.events()->position(instance_.raw(), crm::str(tenant_), crm::str(source), &seq),
          "position");
      EXPECT_GE(seq, last_positions_[parity]) << "the position went back";
      last_positions_[parity] = seq;
    }
  }

  void ask_digest() {
    Digest digest{};
    expect_calm(instance_.events()->digest(instance_.raw(), crm::str(tenant_), digest.data()),
                "digest");
  }

  void ask_menu() {
    const crm_menu_entry* const* entries = nullptr;
    uint64_t count = 0;
    EXPECT_EQ(instance_.views()->menu(instance_.raw(), &entries, &count), CRM_OK);
    EXPECT_GT(count, 0u);
  }

  void render(const char* view, std::vector<std::pair<std::string, std::string>> params) {
    const ViewRequest request(tenant_, view, std::move(params));
    RecordingWriter writer;
    const int32_t status = instance_.views()->render(instance_.raw(), &request.raw, &writer.raw);
    expect_calm(status, view);
    EXPECT_EQ(status == CRM_OK, !writer.text.empty()) << view;
  }

  void run_export() {
    const std::string token = export_token(audience_, tenant_, "m-0");
    ExportRequest request(tenant_, token, {});
    RecordingWriter writer;
    const int32_t status =
        instance_.exports()->run(instance_.raw(), &request.raw, &writer.raw, &request.result);
    expect_calm(status, "run");
    if (status == CRM_OK) {
      EXPECT_EQ(request.result.bytes, writer.text.size());
    }
  }

  void verify_audit() {
    crm_audit_result audit{};
    audit.size = sizeof(audit);
    const int32_t status =
        instance_.exports()->verify_audit(instance_.raw(), crm::str(tenant_), &audit);
    expect_calm(status, "verify_audit");
  }

  const Instance& instance_;
  const std::string audience_;
  const std::string tenant_;
  std::array<uint64_t, 2> last_positions_{};
};

std::vector<Digest> digests_of(const Instance& instance) {
  std::vector<Digest> digests(tenants);
  for (int tenant = 0; tenant < tenants; ++tenant) {
    const std::string name = tenant_name(tenant);
    EXPECT_EQ(instance.events()->digest(instance.raw(), crm::str(name), digests[tenant].data()),
              CRM_OK);
  }
  return digests;
}

// The same batches one after another: what concurrency must not change.
std::vector<Digest> sequential_digests(const Library& library) {
  const TestHost host;
  const Instance instance(library, &host.raw);
  for (int tenant = 0; tenant < tenants; ++tenant) {
    for (int batch = 0; batch < batches; ++batch) send_batch(instance, tenant, batch);
  }
  return digests_of(instance);
}

TEST(ConcurrentCalls, OfEveryFunctionAnswerAndLoseNothing) {
  const TestHost host;
  const Library library(plugin_path());
  const Instance instance(library, &host.raw);
  ASSERT_TRUE(instance.runs()) << TestHost::take_explanation();
  const std::string audience(crm::view(library.descriptor()->id));
  std::vector<std::thread> threads;
  for (int tenant = 0; tenant < tenants; ++tenant) {
    threads.emplace_back([&, tenant] {
      for (int batch = 0; batch < batches; ++batch) send_batch(instance, tenant, batch);
    });
  }
  for (int number = 0; number < callers; ++number) {
    threads.emplace_back([&, number] {
      Caller caller(instance, audience, number);
      for (int round = 0; round < rounds; ++round) caller.call_everything();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(digests_of(instance), sequential_digests(library));
}

}  // namespace
}  // namespace crm_tests
