#include "console/routes/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "keys/password.h"

namespace host_stub {

std::string cookie(const http::Request& request, std::string_view name) {
  const std::string header = request.headers.get("Cookie");
  std::string_view rest = header;
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    std::string_view pair = rest.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

void Gate::set_port(int port) {
  names_[0] = fmt::format("127.0.0.1:{}", port);
  names_[1] = fmt::format("localhost:{}", port);
}

bool Gate::is_ours(const http::Request& request, http::Response& response) const {
  const std::string host = request.headers.get("Host");
  if (std::find(std::begin(names_), std::end(names_), host) == std::end(names_)) {
    refuse(request, response, {421, "wrong_host", "open the address that crm-host printed"});
    return false;
  }
  const std::string origin = request.headers.get("Origin");
  if (!origin.empty() && origin != "http://" + host) {
    refuse(request, response, {403, "wrong_origin", "the request comes from another site"});
    return false;
  }
  return true;
}

bool Gate::is_bounded(const http::Request& request, http::Response& response) const {
  struct Unbounded {
    const char* header;
    Refusal refusal;
  };
  const Unbounded kinds[] = {
      {"Transfer-Encoding", {411, "invalid", "send the body with its Content-Length"}},
      {"Content-Encoding",
       {415, "invalid", "send the body without Content-Encoding; a feed may be gzip all the same"}},
      {"Range", {416, "invalid", "ask for the whole, without Range"}}};
  for (const auto& [header, refusal] : kinds) {
    if (!request.headers.has(header)) continue;
    refuse(request, response, refusal);
    return false;
  }
  return true;
}

std::optional<SignIn> Gate::signed_in(const http::Request& request,
                                      http::Response& response) const {
  const std::string token = cookie(request, session_cookie);
  const auto use =
      request.headers.has(refresh_header) ? SignIns::Use::of_the_page : SignIns::Use::of_a_person;
  auto sign_in = token.empty() ? std::nullopt : sign_ins_.find(token, use);
  if (sign_in) {
    auto current = as_of_now(*std::move(sign_in));
    if (!current) {
      fail(request, response, current.error());
      return {};
    }
    sign_in = std::move(current.value());
    if (!sign_in) sign_ins_.end(token);
  }
  if (!sign_in) {
    refuse(request, response,
           token.empty() ? Refusal{401, "signed_out", "sign in first"}
                         : Refusal{401, "expired", "the session has ended; sign in again"});
  }
  return sign_in;
}

crm::Result<std::optional<SignIn>> Gate::as_of_now(SignIn sign_in) const {
  const auto account = accounts_.find(sign_in.name);
  if (!account) return account.error();
  if (!account.value() || password_version(*account.value()) != sign_in.password_version) {
    return std::optional<SignIn>();
  }
  sign_in.role = account.value()->role;
  sign_in.tenants = account.value()->tenants;
  return std::optional(std::move(sign_in));
}

bool Gate::may_see(const SignIn& sign_in, std::string_view tenant, const http::Request& request,
                   http::Response& response) const {
  if (is_listed(sign_in.tenants, tenant)) return true;
  refuse(request, response,
         {404, "not_found",
          fmt::format("nothing is recorded for tenant \"{}\"; replay a feed of it first",
                      printable(tenant, shown_bytes_max))});
  return false;
}

std::optional<Json> Gate::json_body(const http::Request& request, http::Response& response) const {
  if (!request.headers.get("Content-Type").starts_with("application/json")) {
    refuse(request, response, {415, "invalid", "send the body as application/json"});
    return {};
  }
  auto body = parse_strict_json(request.body);
  if (!body || !body.value().is_object()) {
    refuse(
        request, response,
        {400, "invalid", "the body is " + (body ? std::string("no object") : body.error().detail)});
    return {};
  }
  return std::move(body.value());
}

std::optional<SignIn> Gate::may_post(const http::Request& request, http::Response& response) const {
  auto sign_in = signed_in(request, response);
  if (!sign_in) return {};
  if (!is_equal_secret(request.headers.get("X-CSRF-Token"), sign_in->csrf)) {
    refuse(request, response,
           {403, "csrf", "the X-CSRF-Token is missing or of another session; reload the page"});
    return {};
  }
  return sign_in;
}

http::BodyRule Gate::posts_of_session() const {
  return {http::BodyKind::text, api_body_bytes_max,
          [this](const http::Request& request, http::Response& response) {
            return may_post(request, response).has_value();
          }};
}

std::optional<Gate::Post> Gate::posted(const http::Request& request,
                                       http::Response& response) const {
  auto sign_in = may_post(request, response);
  if (!sign_in) return {};
  auto body = json_body(request, response);
  if (!body) return {};
  return Post{std::move(*sign_in), std::move(*body)};
}

}  // namespace host_stub
