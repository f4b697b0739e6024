#include "test_host.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace crm_tests {

namespace {

thread_local std::string explanation;

// The plugin's signing key: RFC 8032 section 7.1, test 1.
constexpr std::array<uint8_t, CRM_KEY_BYTES> signing_seed = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

crm_str text(std::string_view value) {
  return {value.data(), value.size()};
}

// In memory where that is possible: what is tested here does not depend on a disk, which may be
// slow.
std::string temporary_folder() {
  const bool has_memory = access("/dev/shm", W_OK) == 0 && std::getenv("TMPDIR") == nullptr;
  const std::filesystem::path parent =
      has_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string name = parent / "crm-abi-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  return name;
}

int32_t config_get(const crm_host* host, crm_str, const char* key, char* buffer, uint64_t capacity,
                   uint64_t* value_size) {
  const auto& settings = static_cast<const TestHost*>(host->context)->settings;
  const auto found = settings.find(std::string_view(key));
  if (found == settings.end()) return CRM_ERR_NOT_FOUND;
  const std::string& value = found->second;
  *value_size = value.size();
  if (value.size() > capacity) return CRM_ERR_FULL;
  std::memcpy(buffer, value.data(), value.size());
  return CRM_OK;
}

int32_t issuer_key(const crm_host*, crm_str kid, uint8_t* public_key) {
  if (std::string_view(kid.data, kid.size) != issuer_kid) return CRM_ERR_NOT_FOUND;
  std::memcpy(public_key, issuer_public_key.data(), CRM_KEY_BYTES);
  return CRM_OK;
}

int32_t copy_signing_seed(const crm_host*, uint8_t* seed) {
  std::memcpy(seed, signing_seed.data(), CRM_KEY_BYTES);
  return CRM_OK;
}

}  // namespace

const std::array<uint8_t, CRM_KEY_BYTES> issuer_seed = {
    0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
    0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
const std::array<uint8_t, CRM_KEY_BYTES> issuer_public_key = {
    0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
    0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};

TestHost::TestHost() : root_(temporary_folder()), data_dir_(root_ + "/outer/inner/data") {
  std::filesystem::create_directories(data_dir_);
  raw = {sizeof(raw), CRM_ABI_MAJOR, CRM_ABI_MINOR, 0, this, nullptr, nullptr, nullptr, nullptr};
  raw.log = [](const crm_host* host, int32_t, crm_str) {
    ++static_cast<TestHost*>(host->context)->log_lines_;
  };
  raw.now_us = [](const crm_host*) { return clock_us; };
  raw.explain = [](const crm_host*, int32_t, crm_str detail) {
    explanation.assign(detail.data, detail.size);
  };
  raw.extension = [](const crm_host* host, const char* id) {
    return static_cast<const TestHost*>(host->context)->extension(id);
  };
  paths = {sizeof(paths), 0, [](const crm_host* host) {
             return text(static_cast<const TestHost*>(host->context)->data_dir_);
           }};
  config = {sizeof(config), 0, config_get};
  keys = {sizeof(keys), 0, [](const crm_host*) { return text(issuer_name); }, issuer_key,
          copy_signing_seed};
  metrics = {sizeof(metrics), 0, [](const crm_host*, const char*, int64_t) {},
             [](const crm_host*, const char*, int64_t) {}};
}

TestHost::~TestHost() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

bool TestHost::is_contained() const {
  namespace fs = std::filesystem;
  const auto entries = [](const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  const fs::path inner = fs::path(data_dir_).parent_path();
  return entries(inner) == 1 && entries(inner.parent_path()) == 1 && entries(root_) == 1;
}

std::string TestHost::take_explanation() {
  return std::exchange(explanation, {});
}

const void* TestHost::extension(std::string_view id) const {
  if (missing.contains(id)) return nullptr;
  if (id == CRM_EXT_PATHS) return &paths;
  if (id == CRM_EXT_CONFIG) return &config;
  if (id == CRM_EXT_KEYS) return &keys;
  if (id == CRM_EXT_METRICS) return &metrics;
  return nullptr;
}

}  // namespace crm_tests
