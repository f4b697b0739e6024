// Signing in and out, and what a page needs to know of its session.
#pragma once

#include "console/accounts/accounts.h"
#include "console/accounts/known_browsers.h"
#include "console/accounts/sign_ins.h"
#include "console/routes/gate.h"
#include "loader/tenant_settings.h"

namespace host_stub {

class SignInRoutes {
 public:
  SignInRoutes(const Gate& gate, const Accounts& accounts, const KnownBrowsers& browsers,
               SignIns& sign_ins, const TenantSettings& settings, const HostLog& log)
      : gate_(gate),
        accounts_(accounts),
        browsers_(browsers),
        sign_ins_(sign_ins),
        settings_(settings),
        log_(log) {}

  // POST /api/sign-in {"name", "password"}, POST /api/sign-out, GET /api/session.
  void add_to(http::Router& router);

 private:
  void sign_in(const http::Request& request, http::Response& response);
  // The id of the browser where the account knows it; empty otherwise.
  std::string browser_of(const http::Request& request, const std::optional<Account>& account) const;
  void set_cookies(http::Response& response, const Account& account, std::string_view token) const;
  void sign_out(const http::Request& request, http::Response& response);
  // Who may not try now: too often wrong, or, where there is nothing to wait for, too many at once.
  void turn_away(const http::Request& request, http::Response& response,
                 std::chrono::seconds wait) const;
  Json session_of(const SignIn& sign_in) const;

  const Gate& gate_;
  const Accounts& accounts_;
  const KnownBrowsers& browsers_;
  SignIns& sign_ins_;
  const TenantSettings& settings_;
  const HostLog& log_;
  AttemptLimit attempts_;
};

}  // namespace host_stub
