// A host in bad surroundings: wrong clocks, few files, small stacks, a closed stdin, signals
// without end, and each of these with each clock. Every call does its work, or says what is
// missing; what was acknowledged is there afterwards, and the plugin leaves no descriptor and no
// thread behind.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "event_batch.h"
#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "support/thread_watch.h"
#include "surroundings.h"
#include "test_host.h"
#include "view_request.h"

namespace {
// The monotonic time at which it stands still, in nanoseconds; 0: it goes on.
std::atomic<int64_t> stands_at_ns = 0;
}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Stands before libc's own: the C++ library reads its clocks by it.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  constexpr int64_t second_ns = 1'000'000'000;
  const int status = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  const int64_t stands_at = stands_at_ns;
  if (status == 0 && clock == CLOCK_MONOTONIC && stands_at != 0) {
    *now = {stands_at / second_ns, stands_at % second_ns};
  }
  return status;
}
#endif

namespace crm_tests {
namespace {

constexpr int batch_count = 24;
const std::vector<std::string> tenants = {"mall-1", "mall-2", "mall-3", "mall-4"};

// The host's clock, which a test moves.
std::atomic<int64_t> host_time_us = clock_us;

void stop_monotonic_time() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  stands_at_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

using Params = std::vector<std::pair<std::string, std::string>>;

// What the plugin acknowledged, showed and kept.
struct Seen {
  std::map<std::string, uint64_t> acknowledged;  // by tenant
  std::map<std::string, std::string> pages;
  std::map<std::string, std::string> digests;
  std::string csv;
};

// A host and its data, in which a plugin lives more than once. `may_lack` is as in Limit.
class Shop {
 public:
  Shop() {
    host_time_us = clock_us;
    host_.raw.now_us = [](const crm_host*) { return host_time_us.load(); };
  }

  // One life: records what was not acknowledged before, and reads everything.
  Seen live(const Clock& clock, const char* may_lack, const Seen& before = {}) {
    Seen seen;
    seen.acknowledged = before.acknowledged;
    const Instance plugin(library_, &host_.raw);
    EXPECT_TRUE(plugin.runs()) << TestHost::take_explanation();
    if (!plugin.runs()) return seen;
    for (const auto& [tenant, seq] : before.acknowledged) expect_kept(plugin, tenant, seq);
    record_all(plugin, clock, may_lack, seen);
    expect_streams_are_no_files();
    for (const std::string& tenant : tenants) read_all(plugin, tenant, may_lack, seen);
    write_export(plugin, may_lack, seen);
    return seen;
  }

  // A host that becomes a daemon closes its streams when the plugin has long started.
  void record_after_streams_were_closed() {
    const Instance plugin(library_, &host_.raw);
    ASSERT_TRUE(plugin.runs()) << TestHost::take_explanation();
    expect_kept(plugin, tenants.front(), 1);
    without_stdin([&] {
      Seen seen;
      record_all(plugin, clocks.front(), nullptr, seen);
      expect_streams_are_no_files();
    });
  }

 private:
  // Done, or in words that name what is missing.
  static bool is_done(int32_t status, const char* may_lack, const std::string& what) {
    const std::string words = TestHost::take_explanation();
    if (status == CRM_OK) return true;
    const bool is_named =
        may_lack != nullptr && status == CRM_ERR_BUSY && words.find(may_lack) != std::string::npos;
    EXPECT_TRUE(is_named) << what << ": status " << status << ", " << words;
    return false;
  }

  // Whatever a process prints goes to these numbers, also where it has closed them.
  void expect_streams_are_no_files() const {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      std::error_code closed;
      const auto file =
          std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(stream), closed);
      EXPECT_EQ(file.string().find(host_.data_dir()), std::string::npos) << stream << ": " << file;
    }
  }

  static void expect_kept(const Instance& plugin, const std::string& tenant, uint64_t seq) {
    uint64_t position = 0;
    EXPECT_EQ(
        plugin.events()->position(plugin.raw(), crm::str(tenant), crm::str("orders"), &position),
        CRM_OK);
    EXPECT_GE(position, seq) << tenant << ": acknowledged, and not there";
  }

  // As a host does: after a batch that failed none of that source follows, until it is sent again.
  static void record_all(const Instance& plugin, const Clock& clock, const char* may_lack,
                         Seen& seen) {
    std::set<std::string> halted;
    for (int i = 0; i < batch_count; ++i) {
      const std::string& tenant = tenants[static_cast<size_t>(i) % tenants.size()];
      EventBatch batch(tenant, "orders", 1 + static_cast<uint64_t>(i) * 6);
      batch.one_of_each("m-" + std::to_string(i % 5), "member-" + std::to_string(i % 7));
      const bool is_new = batch.last_seq() > seen.acknowledged[tenant];
      if (is_new && !halted.contains(tenant)) {
        const crm_event_batch sent = batch.raw();
        Ack ack;
        const int32_t status = plugin.events()->on_batch(plugin.raw(), &sent, &ack.raw);
        if (is_done(status, may_lack, "batch " + std::to_string(i))) {
          EXPECT_EQ(ack.raw.accepted + ack.raw.duplicates, batch.count());
          seen.acknowledged[tenant] = ack.raw.durable_seq;
        } else {
          halted.insert(tenant);
        }
      }
      if (i == batch_count / 2) {
        host_time_us += clock.jump_us;
        if (clock.stops_monotonic) stop_monotonic_time();
      }
      host_time_us += clock.tick_us;
    }
  }

  static void read_all(const Instance& plugin, const std::string& tenant, const char* may_lack,
                       Seen& seen) {
    const Params of_message = {{"message_id", "m-0"}};
    const std::vector<std::pair<const char*, Params>> pages = {{"messages.manual", {}},
                                                               {"messages.automatic", {}},
                                                               {"message", of_message},
                                                               {"message.buyers", of_message},
                                                               {"message.recipients", of_message},
                                                               {"settings.attribution", {}},
                                                               {"exports", {}},
                                                               {"health", {}}};
    for (const auto& [view, params] : pages) {
      const ViewRequest request(tenant, view, params);
      RecordingWriter writer;
      const int32_t status = plugin.views()->render(plugin.raw(), &request.raw, &writer.raw);
      if (is_done(status, may_lack, view)) seen.pages[tenant + " " + view] = writer.text;
    }
    std::array<uint8_t, 32> sha256{};
    const int32_t status = plugin.events()->digest(plugin.raw(), crm::str(tenant), sha256.data());
    if (!is_done(status, may_lack, "digest")) return;
    seen.digests[tenant].assign(sha256.begin(), sha256.end());
  }

  void write_export(const Instance& plugin, const char* may_lack, Seen& seen) {
    const std::string token =
        export_token(crm::view(library_.descriptor()->id), tenants.front(), "m-0", host_time_us);
    ExportRequest request(tenants.front(), token);
    RecordingWriter writer;
    const int32_t status =
        plugin.exports()->run(plugin.raw(), &request.raw, &writer.raw, &request.result);
    if (is_done(status, may_lack, "export")) seen.csv = writer.text;
  }

  TestHost host_;
  Library library_{plugin_path()};
};

size_t descriptors() {
  namespace fs = std::filesystem;
  const fs::directory_iterator listed("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(listed), end(listed)));
}

// Members are referred to by a hash under a key of the store's own.
std::string without_references(std::string page) {
  const std::string key = "\"member_ref\":\"";
  for (size_t at = 0; (at = page.find(key, at)) != std::string::npos;) {
    at += key.size();
    page.erase(at, page.find('"', at) - at);
  }
  return page;
}

// Pages that tell the time differ with it.
void expect_same_pages(const Seen& seen, const Seen& good) {
  for (const auto& [page, text] : seen.pages) {
    if (page.ends_with("health") || page.ends_with("exports")) continue;
    EXPECT_EQ(without_references(text), without_references(good.pages.at(page))) << page;
  }
}

using Place = std::tuple<size_t, size_t>;  // of a limit and of a clock

class BadSurroundings : public testing::TestWithParam<Place> {
 protected:
  ~BadSurroundings() override { stands_at_ns = 0; }
};

TEST_P(BadSurroundings, WorkGoesOnOrSaysWhatIsMissingAndNothingIsLeftBehind) {
  const Limit& limit = limits[std::get<0>(GetParam())];
  const Clock& clock = clocks[std::get<1>(GetParam())];
  const Seen good = Shop().live(clocks.front(), nullptr);
  ASSERT_EQ(good.digests.size(), tenants.size());

  Shop shop;
  const crm_test::ThreadWatch threads;
  const size_t files = descriptors();
  Seen seen;
  limit.under([&] { seen = shop.live(clock, limit.may_lack); });
  EXPECT_EQ(descriptors(), files);
  EXPECT_TRUE(threads.all_are_gone());
  expect_same_pages(seen, good);
  if (limit.may_lack == nullptr) {
    EXPECT_EQ(seen.digests, good.digests);
    EXPECT_EQ(seen.csv, good.csv);
    EXPECT_EQ(seen.pages.size(), good.pages.size());
  }

  stands_at_ns = 0;
  host_time_us = clock_us + batch_count * second_us;
  const Seen again = shop.live(clocks.front(), nullptr, seen);
  EXPECT_EQ(again.digests, good.digests);
  EXPECT_EQ(again.csv, good.csv);
  expect_same_pages(again, good);
}

TEST(StreamsThatAreClosed, AreNoPlaceForAJournal) {
  Shop shop;
  shop.live(clocks.front(), nullptr);
  shop.record_after_streams_were_closed();
}

std::string name_of(const testing::TestParamInfo<Place>& place) {
  return std::string(limits[std::get<0>(place.param)].name) + clocks[std::get<1>(place.param)].name;
}

INSTANTIATE_TEST_SUITE_P(Every, BadSurroundings,
                         testing::Combine(testing::Range<size_t>(0, limits.size()),
                                          testing::Range<size_t>(0, clocks.size())),
                         name_of);

}  // namespace
}  // namespace crm_tests
