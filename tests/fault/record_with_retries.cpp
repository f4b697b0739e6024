// Records a shop's events through the real plugin and, as a patient host does, sends again what was
// refused: once as the same batch, once from the position that the plugin tells.
//
//   record_with_retries <data folder of a host, with the plugin's folder in it> <tenant> <source>
//
// Prints "events=N accepted=N digest=HEX failures=N". Ends with 1 when the plugin acknowledged what
// it then does not know, or goes on refusing.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "abi/event_batch.h"
#include "abi/loaded_plugin.h"
#include "abi/plugin_under_test.h"
#include "abi/test_host.h"

namespace crm_tests {
namespace {

constexpr int rounds = 700;
constexpr uint64_t batch_events = 1'500;
constexpr int failures_max = 1'000;

std::string plugin_folder;

// Several turns of the journal; people are erased and events refused on the way.
void fill(EventBatch& batch) {
  for (int i = 0; i < 20; ++i) batch.message("m-" + std::to_string(i));
  for (int i = 0; i < rounds; ++i) {
    const std::string message = "m-" + std::to_string(i % 20);
    const std::string member = "member-" + std::to_string(i);
    for (int k = 0; k < 40; ++k) batch.delivery(message, "member-" + std::to_string(i * 7 + k));
    batch.delivery(message, member);
    batch.click(message, member);
    const auto& order = batch.order(member);
    batch.refund(crm::view(order.order_id));
    if (i % 50 == 0) batch.order(member).amount_minor = -1;  // refused
    if (i % 90 == 0) batch.erasure("member-" + std::to_string(i / 2));
  }
}

class PatientHost {
 public:
  PatientHost(const std::string& tenant, const std::string& source)
      : tenant_(tenant), source_(source), all_(tenant, source) {
    fill(all_);
    host_.paths.data_dir = [](const crm_host*) { return crm::str(plugin_folder); };
    host_.raw.explain = [](const crm_host*, int32_t, crm_str detail) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(detail.size), detail.data);
    };
  }

  int run() {
    const Library library(plugin_path());
    const Instance instance(library, &host_.raw);
    if (!instance.runs()) return 1;
    plugin_ = instance.raw();
    events_ = instance.events();
    if (!send_all()) return 1;
    uint8_t digest[32];
    while (events_->digest(plugin_, crm::str(tenant_), digest) != CRM_OK) {
      if (++failures_ > failures_max) return 1;
    }
    std::printf("events=%llu accepted=%llu digest=", static_cast<unsigned long long>(all_.count()),
                static_cast<unsigned long long>(accepted_));
    for (const uint8_t byte : digest) std::printf("%02x", byte);
    std::printf(" failures=%d\n", failures_);
    return 0;
  }

 private:
  bool send_all() {
    uint64_t acknowledged = 0;  // sequence numbers run from 1 without gaps
    while (acknowledged < all_.count()) {
      const uint64_t size = failures_ % 3 == 2 ? batch_events / 2 : batch_events;
      const uint64_t count = std::min(size, all_.count() - acknowledged);
      crm_event_batch batch = all_.raw();
      batch.events += acknowledged;
      batch.count = count;
      Ack ack;
      if (events_->on_batch(plugin_, &batch, &ack.raw) == CRM_OK) {
        acknowledged += count;
        accepted_ += ack.raw.accepted;
        if (ack.raw.durable_seq != acknowledged) return told("acknowledged up to another event");
        continue;
      }
      if (++failures_ > failures_max) return told("it goes on refusing");
      uint64_t position = 0;
      const bool asks = failures_ % 2 == 0;
      if (!asks ||
          events_->position(plugin_, crm::str(tenant_), crm::str(source_), &position) != CRM_OK) {
        continue;
      }
      if (position < acknowledged) return told("an acknowledged event is not known any more");
      acknowledged = position;
    }
    return true;
  }

  static bool told(const char* what) {
    std::fprintf(stderr, "record_with_retries: %s\n", what);
    return false;
  }

  TestHost host_;
  const std::string tenant_;
  const std::string source_;
  EventBatch all_;
  crm_plugin* plugin_ = nullptr;
  const crm_ext_events* events_ = nullptr;
  uint64_t accepted_ = 0;  // acknowledged as such
  int failures_ = 0;
};

}  // namespace
}  // namespace crm_tests

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: record_with_retries <data folder> <tenant> <source>\n", stderr);
    return 2;
  }
  crm_tests::plugin_folder = std::string(arguments[1]) + "/plugins/org.crm.message_history";
  return crm_tests::PatientHost(arguments[2], arguments[3]).run();
}
