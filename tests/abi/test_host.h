// A host for tests: whole by default; a test may take away or break any part before it makes a
// plugin.
//
// Owns a temporary data folder. The functions are [any]; changing the parts is not.
#pragma once

#include <crm/ext/config.h>
#include <crm/ext/keys.h>
#include <crm/ext/metrics.h>
#include <crm/ext/paths.h>
#include <crm/host.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace crm_tests {

inline constexpr std::string_view issuer_name = "test-host";
inline constexpr std::string_view issuer_kid = "issuer-1";
inline constexpr int64_t clock_us = 1'750'000'000'000'000;

// Private and public half of the issuer key: RFC 8032 section 7.1, test 2.
extern const std::array<uint8_t, CRM_KEY_BYTES> issuer_seed;
extern const std::array<uint8_t, CRM_KEY_BYTES> issuer_public_key;

class TestHost {
 public:
  TestHost();
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  // What the plugin said last on this thread; empty when it said nothing since the last take.
  static std::string take_explanation();

  const std::string& data_dir() const { return data_dir_; }
  // False when something was written up to three folders above the data folder.
  bool is_contained() const;
  uint64_t log_lines() const { return log_lines_; }

  crm_host raw{};
  std::set<std::string, std::less<>> missing;                   // extension ids answered with NULL
  std::map<std::string, std::string, std::less<>> settings = {  // of every tenant
      {CRM_CONFIG_TIME_ZONE, "Asia/Seoul"},
      {CRM_CONFIG_CURRENCY, "KRW"}};
  crm_ext_paths paths{};
  crm_ext_config config{};
  crm_ext_keys keys{};
  crm_ext_metrics metrics{};

 private:
  const void* extension(std::string_view id) const;

  const std::string root_;
  const std::string data_dir_;
  std::atomic<uint64_t> log_lines_ = 0;
};

}  // namespace crm_tests
