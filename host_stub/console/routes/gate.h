// Who may come in: the checks before any route of the console.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "console/accounts/sign_ins.h"
#include "console/routes/answers.h"
#include "http/router.h"

namespace host_stub {

inline constexpr size_t api_body_bytes_max = 64u << 10;
inline constexpr const char* session_cookie = "crm_session";
// Of requests that a page makes by itself to stay up to date.
inline constexpr const char* refresh_header = "X-Refresh";

// The cookie's value; empty when it is not there.
std::string cookie(const http::Request& request, std::string_view name);

// Thread-safe. Where an answer is empty or false, `response` is a complete refusal.
class Gate {
 public:
  Gate(SignIns& sign_ins, const Accounts& accounts, const HostLog& log)
      : sign_ins_(sign_ins), accounts_(accounts), log_(log) {}

  // Set once the port is known, before the first request.
  void set_port(int port);

  // Named as this server, so that no other site's name leads here; and no body from another site.
  bool is_ours(const http::Request& request, http::Response& response) const;

  // Without what no answer here takes: bodies of no stated length, bodies that grow when they are
  // read, and ranges.
  bool is_bounded(const http::Request& request, http::Response& response) const;

  // With the role and the tenants that the account has now. A session ends with its account, and
  // with the password that it began with.
  std::optional<SignIn> signed_in(const http::Request& request, http::Response& response) const;

  // False for a tenant that is not of the account's list. There it makes no difference whether the
  // tenant exists: nothing is asked of it, and the answer is that of one that does not.
  bool may_see(const SignIn& sign_in, std::string_view tenant, const http::Request& request,
               http::Response& response) const;

  // Keeps the request's session for an answer that takes long.
  std::shared_ptr<const SignIns::Hold> hold(const http::Request& request) const {
    return std::make_shared<SignIns::Hold>(sign_ins_, cookie(request, session_cookie));
  }

  // As signed_in, with the session's CSRF token.
  std::optional<SignIn> may_post(const http::Request& request, http::Response& response) const;

  // The rule for JSON of who is signed in: nobody else's body is read.
  http::BodyRule posts_of_session() const;

  // As may_post, with a body of JSON.
  struct Post {
    SignIn sign_in;
    Json body;
  };
  std::optional<Post> posted(const http::Request& request, http::Response& response) const;
  // A body of JSON alone: to sign in.
  std::optional<Json> json_body(const http::Request& request, http::Response& response) const;

  void fail(const http::Request& request, http::Response& response, const crm::Error& error) const {
    host_stub::fail(log_, request, response, error);
  }

  void refuse(const http::Request& request, http::Response& response,
              const Refusal& refusal) const {
    host_stub::refuse(log_, request, response, refusal);
  }

 private:
  // Empty when the session's account is gone or has another password.
  crm::Result<std::optional<SignIn>> as_of_now(SignIn sign_in) const;

  SignIns& sign_ins_;
  const Accounts& accounts_;
  const HostLog& log_;
  std::string names_[2];
};

}  // namespace host_stub
