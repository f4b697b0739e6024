// Browsers that an account has signed in with before, each known by a cookie of its own.
//
// Wrong passwords are counted for each account, so that nobody can try many. That alone would let
// anyone who knows an account's name keep its owner out, by guessing without end. So a browser gets
// a device cookie (OWASP, "Slow Down Online Guessing Attacks with Device Cookies") at each sign-in:
// its attempts are counted apart from everybody else's, by sign_ins.h, and wrong ones use up its
// own count only. The cookie opens nothing: with it one still needs the password.
//
// Decided so:
// - The cookie's name is of the account, so that a browser may be known to several accounts.
// - Its value is "ISSUED.ID.CODE": seconds since 1970, the browser's random id, and an HMAC-SHA-256
//   of both, the account's name and its password's version, with the key in
//   DATA/host/known_browsers.json. Nothing is stored for a cookie; without that file all end.
// - It counts as none once it is altered, of another account, of before the account's password was
//   changed, older than known_browser_life, or of a time that has not come yet.
// - Each sign-in gives a new id, with which the browser's count begins anew: whoever knows the
//   password need not guess. A stolen cookie is as good as one more browser to guess with, at the
//   same rate, until the password is changed.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/outcome.h"
#include "console/accounts/accounts.h"

namespace host_stub {

inline constexpr auto known_browser_life = std::chrono::days(90);

// Thread-safe.
class KnownBrowsers {
 public:
  using Clock = std::chrono::system_clock;

  // Makes the key when there is none yet.
  static crm::Result<KnownBrowsers> open(const std::filesystem::path& folder);

  explicit KnownBrowsers(std::string key) : key_(std::move(key)) {}

  static std::string cookie_name(std::string_view account_name);
  // The value for a browser that has just signed in.
  std::string cookie_value(const Account& account, Clock::time_point now = Clock::now()) const;
  // The browser's id; empty unless the value was made here for the account as it is now.
  std::optional<std::string> browser_of(std::string_view value, const Account& account,
                                        Clock::time_point now = Clock::now()) const;

 private:
  std::string code_of(std::string_view issued, std::string_view id, const Account& account) const;

  std::string key_;
};

}  // namespace host_stub
