#include "console/accounts/known_browsers.h"

#include <fmt/format.h>
#include <charconv>
#include <crm/cpp/base64url.hpp>

#include "files/durable_file.h"
#include "files/random_bytes.h"
#include "json/strict_json.h"
#include "keys/hmac.h"
#include "keys/password.h"
#include "keys/sha256.h"

namespace host_stub {

namespace {

constexpr size_t browser_key_bytes = 32;
constexpr size_t browser_id_bytes = 16;
constexpr size_t name_hash_bytes = 8;
constexpr uint64_t browser_key_file_bytes_max = 4096;
constexpr size_t cookie_bytes_max = 256;

crm::Result<std::string> read_browser_key(const std::filesystem::path& file,
                                          std::string_view text) {
  const auto document = parse_strict_json(text);
  const std::string* const stored =
      document && document.value().is_object() ? string_member(document.value(), "key") : nullptr;
  auto key = stored == nullptr ? std::nullopt : crm::base64url_decode(*stored);
  if (!key || key->size() != browser_key_bytes) {
    return failure(CRM_ERR_CORRUPT,
                   fmt::format("the key of known browsers in {} is damaged; restore the file, or "
                               "remove it: each browser is then known again once it signs in",
                               file.string()));
  }
  return *std::move(key);
}

int64_t seconds_of(KnownBrowsers::Clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<int64_t> decimal(std::string_view text) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 0) return {};
  return value;
}

}  // namespace

crm::Result<KnownBrowsers> KnownBrowsers::open(const std::filesystem::path& folder) {
  const auto lock = FolderLock::acquire(folder);
  if (!lock) return lock.error();
  const std::filesystem::path file = folder / "known_browsers.json";
  const auto text = read_file(file, browser_key_file_bytes_max);
  if (text) {
    auto key = read_browser_key(file, text.value());
    if (!key) return key.error();
    return KnownBrowsers(std::move(key.value()));
  }
  if (text.error().status != CRM_ERR_NOT_FOUND) return text.error();
  std::string key = random_bytes(browser_key_bytes);
  const Json root = {{"version", 1}, {"key", crm::base64url_encode(key)}};
  if (auto written = replace_file(file, root.dump(2) + "\n"); !written) return written.error();
  return KnownBrowsers(std::move(key));
}

std::string KnownBrowsers::cookie_name(std::string_view account_name) {
  return "crm_browser_" + to_hex(sha256(account_name).substr(0, name_hash_bytes));
}

std::string KnownBrowsers::cookie_value(const Account& account, Clock::time_point now) const {
  const std::string issued = std::to_string(seconds_of(now));
  const std::string id = crm::base64url_encode(random_bytes(browser_id_bytes));
  return fmt::format("{}.{}.{}", issued, id, code_of(issued, id, account));
}

std::optional<std::string> KnownBrowsers::browser_of(std::string_view value, const Account& account,
                                                     Clock::time_point now) const {
  const size_t first = value.find('.');
  const size_t second = first == std::string_view::npos ? first : value.find('.', first + 1);
  if (value.size() > cookie_bytes_max || second == std::string_view::npos) return {};
  const std::string_view issued = value.substr(0, first);
  const std::string_view id = value.substr(first + 1, second - first - 1);
  if (!is_equal_secret(value.substr(second + 1), code_of(issued, id, account))) return {};
  const auto issued_s = decimal(issued);
  const int64_t now_s = seconds_of(now);
  const auto life_s = std::chrono::seconds(known_browser_life).count();
  if (!issued_s || *issued_s > now_s || now_s - *issued_s >= life_s) return {};
  return std::string(id);
}

// The parts before the name have no line's end in them, so that each code is of one name alone.
std::string KnownBrowsers::code_of(std::string_view issued, std::string_view id,
                                   const Account& account) const {
  return crm::base64url_encode(
      hmac_sha256(key_, fmt::format("known browser\n{}\n{}\n{}\n{}", issued, id,
                                    to_hex(password_version(account)), account.name)));
}

}  // namespace host_stub
