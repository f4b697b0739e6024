#include "console/routes/sign_in_routes.h"

#include <crm/ext/config.h>
#include <fmt/format.h>

#include "base/printable.h"
#include "requests/view_request.h"

namespace host_stub {

namespace {

constexpr const char* sign_in_path = "/api/sign-in";

struct SetCookie {
  std::string_view name;
  std::string_view value;
  std::string_view path;
};

std::string cookie_header(const SetCookie& cookie, std::chrono::seconds life) {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict", cookie.name,
                     cookie.value, cookie.path, life.count());
}

}  // namespace

void SignInRoutes::add_to(http::Router& router) {
  router.post(sign_in_path, {http::BodyKind::text, api_body_bytes_max, {}},
              [this](const http::Request& request, http::Response& response) {
                sign_in(request, response);
              });
  router.post("/api/sign-out", gate_.posts_of_session(),
              [this](const http::Request& request, http::Response& response) {
                sign_out(request, response);
              });
  router.get("/api/session", [this](const http::Request& request, http::Response& response) {
    if (const auto sign_in = gate_.signed_in(request, response)) {
      answer(response, session_of(*sign_in));
    }
  });
}

Json SignInRoutes::session_of(const SignIn& sign_in) const {
  Json tenants = Json::array();
  for (const std::string& tenant : settings_.tenants()) {
    if (!is_listed(sign_in.tenants, tenant)) continue;
    tenants.push_back({{"id", tenant}, {"time_zone", time_zone_of(settings_, tenant)}});
  }
  return {{"name", sign_in.name},
          {"role", name_of(sign_in.role)},
          {"permissions", permissions_of(sign_in.role)},
          {"csrf", sign_in.csrf},
          {"tenants", std::move(tenants)}};
}

void SignInRoutes::sign_in(const http::Request& request, http::Response& response) {
  const auto body = gate_.json_body(request, response);
  if (!body) return;
  const std::string* const name = string_member(*body, "name");
  const std::string* const password = string_member(*body, "password");
  if (name == nullptr || password == nullptr || name->size() > account_name_bytes_max ||
      password->size() > password_bytes_max) {
    return gate_.refuse(request, response, {400, "invalid", "send a name and a password"});
  }
  const auto found = accounts_.find(*name);
  if (!found) return gate_.fail(request, response, found.error());
  const std::optional<Account>& account = found.value();
  auto admission = attempts_.begin({*name, browser_of(request, account)});
  if (!admission.attempt) return turn_away(request, response, admission.wait);
  if (!accounts_.is_password_of(account, *password)) {
    return gate_.refuse(request, response, {401, "wrong_password", "name or password is wrong"});
  }
  admission.attempt->succeed();
  sign_ins_.end(cookie(request, session_cookie));
  const SignIns::Begun begun = sign_ins_.begin(*account);
  set_cookies(response, *account, begun.token);
  log_.write(CRM_LOG_INFO, "console", fmt::format("{} signed in", printable(account->name)));
  answer(response, session_of(begun.sign_in));
}

std::string SignInRoutes::browser_of(const http::Request& request,
                                     const std::optional<Account>& account) const {
  if (!account) return {};
  const std::string value = cookie(request, KnownBrowsers::cookie_name(account->name));
  return browsers_.browser_of(value, *account).value_or("");
}

void SignInRoutes::set_cookies(http::Response& response, const Account& account,
                               std::string_view token) const {
  response.headers.set("Set-Cookie", cookie_header({session_cookie, token, "/"}, sign_in_life));
  response.headers.add("Set-Cookie", cookie_header({KnownBrowsers::cookie_name(account.name),
                                                    browsers_.cookie_value(account), sign_in_path},
                                                   known_browser_life));
}

void SignInRoutes::turn_away(const http::Request& request, http::Response& response,
                             std::chrono::seconds wait) const {
  const bool is_busy = wait.count() == 0;
  const int64_t seconds = is_busy ? 1 : wait.count();
  response.headers.set("Retry-After", std::to_string(seconds));
  const std::string remedy = fmt::format("try again in {} seconds", seconds);
  gate_.refuse(request, response,
               is_busy ? Refusal{503, "busy", "many are signing in; " + remedy}
                       : Refusal{429, "too_many_attempts", remedy});
}

void SignInRoutes::sign_out(const http::Request& request, http::Response& response) {
  if (!gate_.posted(request, response)) return;
  sign_ins_.end(cookie(request, session_cookie));
  response.headers.set("Set-Cookie",
                       cookie_header({session_cookie, "", "/"}, std::chrono::seconds(0)));
  answer(response, Json::object());
}

}  // namespace host_stub
