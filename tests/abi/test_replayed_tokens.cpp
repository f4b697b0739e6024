// A request token is good for one export, whoever presents it how often, at once or later.
//
// CRM_PRESENTATIONS  how many tokens each of the eight processes presents (default 200)
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "event_batch.h"
#include "export_request.h"
#include "export_token.h"
#include "loaded_plugin.h"
#include "plugin_under_test.h"
#include "recording_writer.h"
#include "test_host.h"

namespace crm_tests {
namespace {

constexpr int processes = 8;
constexpr int presentations_of_a_token = 10;  // by each process
constexpr std::string_view audience = "org.crm.message_history";

int presentations() {
  const char* const wanted = std::getenv("CRM_PRESENTATIONS");
  return wanted == nullptr ? 200 : std::atoi(wanted);
}

// A plugin at work on the host's folder.
class Running {
 public:
  explicit Running(const TestHost& host) : instance_(library_, &host.raw) {
    if (!instance_.runs()) throw std::runtime_error(TestHost::take_explanation());
  }

  void record_a_message() {
    EventBatch batch("mall-1", "orders");
    batch.message("m-1");
    for (int i = 0; i < 5; ++i) batch.delivery("m-1", "member-" + std::to_string(i));
    const crm_event_batch sent = batch.raw();
    Ack ack;
    if (instance_.events()->on_batch(instance_.raw(), &sent, &ack.raw) != CRM_OK) {
      throw std::runtime_error(TestHost::take_explanation());
    }
  }

  int32_t present(const std::string& token) {
    ExportRequest request("mall-1", token);
    RecordingWriter writer;
    TestHost::take_explanation();
    const int32_t status =
        instance_.exports()->run(instance_.raw(), &request.raw, &writer.raw, &request.result);
    explanation = TestHost::take_explanation();
    if (status != CRM_OK && !writer.text.empty()) explanation += " (bytes were written)";
    return status;
  }

  crm_audit_result audit() {
    crm_audit_result result{};
    result.size = sizeof(result);
    EXPECT_EQ(instance_.exports()->verify_audit(instance_.raw(), crm::str("mall-1"), &result),
              CRM_OK)
        << TestHost::take_explanation();
    return result;
  }

  std::string explanation;

 private:
  Library library_{plugin_path()};
  Instance instance_;
};

std::vector<std::string> tokens(int count) {
  std::vector<std::string> made;
  for (int i = 0; i < count; ++i) made.push_back(export_token(audience, "mall-1", "m-1"));
  return made;
}

// A process of its own that does `work`, which writes lines; `lines` gives them when it has ended.
class Process {
 public:
  template <class Work>
  explicit Process(Work work) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    id_ = fork();
    if (id_ == 0) {
      close(ends[0]);
      FILE* const out = fdopen(ends[1], "w");
      int status = 0;
      try {
        work(out);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        status = 1;
      }
      std::fclose(out);
      _exit(status);
    }
    close(ends[1]);
    in_ = fdopen(ends[0], "r");
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::vector<std::string> lines() {
    std::vector<std::string> all;
    char line[512];
    while (std::fgets(line, sizeof(line), in_) != nullptr) all.emplace_back(line);
    std::fclose(in_);
    int status = -1;
    waitpid(id_, &status, 0);
    EXPECT_EQ(status, 0);
    return all;
  }

 private:
  pid_t id_ = -1;
  FILE* in_ = nullptr;
};

// Presents every token as often as the others do, in an order of its own; writes "token status".
void present_all(const TestHost& host, const std::vector<std::string>& tokens, unsigned seed,
                 FILE* out) {
  Running plugin(host);
  std::vector<std::size_t> order;
  for (std::size_t token = 0; token < tokens.size(); ++token) {
    order.insert(order.end(), presentations_of_a_token, token);
  }
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  for (const std::size_t token : order) {
    const int32_t status = plugin.present(tokens[token]);
    std::fprintf(out, "%zu %d %s\n", token, status, plugin.explanation.c_str());
  }
}

TEST(ReplayedToken, OfEightProcessesAtOnceIsGrantedOnce) {
  const TestHost host;
  const auto made = tokens(presentations() / presentations_of_a_token);
  ASSERT_FALSE(made.empty());
  Process([&](FILE*) { Running(host).record_a_message(); }).lines();
  std::vector<std::unique_ptr<Process>> started;
  for (unsigned number = 0; number < processes; ++number) {
    started.push_back(std::make_unique<Process>(
        [&, number](FILE* out) { present_all(host, made, number, out); }));
  }
  std::map<int, int> granted;  // by token
  std::size_t refused = 0;
  std::size_t rows_of_refusals = 0;
  for (const auto& process : started) {
    std::size_t refused_here = 0;
    for (const std::string& line : process->lines()) {
      int token = -1, status = -1, read = 0;
      ASSERT_EQ(std::sscanf(line.c_str(), "%d %d %n", &token, &status, &read), 2) << line;
      if (status == CRM_OK) {
        ++granted[token];
      } else {
        EXPECT_EQ(status, CRM_ERR_DENIED) << line;
        EXPECT_EQ(line.substr(static_cast<std::size_t>(read)),
                  "the token was used before; make a new one for every export\n");
        ++refused_here;
      }
    }
    refused += refused_here;
    // Ten have rows of their own, and one tells of the others.
    rows_of_refusals += std::min<std::size_t>(refused_here, 11);
  }
  EXPECT_EQ(granted.size(), made.size());
  for (const auto& [token, times] : granted) EXPECT_EQ(times, 1) << token;
  EXPECT_EQ(refused, made.size() * (processes * presentations_of_a_token - 1));
  Running plugin(host);
  const crm_audit_result audit = plugin.audit();
  EXPECT_EQ(audit.rows, 2 * made.size() + rows_of_refusals);  // granted and completed, or refused
  EXPECT_EQ(audit.running + audit.aborted, 0U);
}

std::atomic<int64_t> clock_moved_us = 0;

// A host whose clock a test moves.
struct MovedClock {
  MovedClock() {
    clock_moved_us = 0;
    host.raw.now_us = [](const crm_host*) { return clock_us + clock_moved_us.load(); };
  }
  TestHost host;
};

constexpr int64_t day_us = 86'400'000'000;

TEST(ReplayedToken, IsRefusedWhenTheClockIsSetBackToItsTime) {
  MovedClock moved;
  const std::string token = export_token(audience, "mall-1", "m-1");
  {
    Running plugin(moved.host);
    plugin.record_a_message();
    ASSERT_EQ(plugin.present(token), CRM_OK) << plugin.explanation;
    clock_moved_us = day_us;
    EXPECT_EQ(plugin.present(token), CRM_ERR_DENIED);
    EXPECT_NE(plugin.explanation.find("exp has passed"), std::string::npos);
    clock_moved_us = -day_us;
    EXPECT_EQ(plugin.present(token), CRM_ERR_DENIED);
    EXPECT_NE(plugin.explanation.find("iat lies in the future"), std::string::npos);
  }
  // After a restart as well: what was used is in the audit chain.
  clock_moved_us = 0;
  Running plugin(moved.host);
  EXPECT_EQ(plugin.present(token), CRM_ERR_DENIED);
  EXPECT_NE(plugin.explanation.find("used before"), std::string::npos) << plugin.explanation;
  EXPECT_EQ(plugin.audit().rows, 5U);
}

TEST(ReplayedToken, OfAnExpiredKeyIsRefusedOnRecord) {
  TestHost host;
  Running plugin(host);
  plugin.record_a_message();
  static bool is_in_force;
  is_in_force = true;
  static const auto known = host.keys.issuer_key;
  host.keys.issuer_key = [](const crm_host* raw, crm_str kid, uint8_t* key) -> int32_t {
    return is_in_force ? known(raw, kid, key) : CRM_ERR_NOT_FOUND;
  };
  ASSERT_EQ(plugin.present(export_token(audience, "mall-1", "m-1")), CRM_OK);
  is_in_force = false;
  EXPECT_EQ(plugin.present(export_token(audience, "mall-1", "m-1")), CRM_ERR_DENIED);
  EXPECT_NE(plugin.explanation.find("kid names no key in force"), std::string::npos);
  EXPECT_EQ(plugin.audit().rows, 3U);
}

}  // namespace
}  // namespace crm_tests
