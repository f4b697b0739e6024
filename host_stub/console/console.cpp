#include "console/console.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "console/routes/export_routes.h"
#include "console/routes/feed_routes.h"
#include "console/routes/gate.h"
#include "console/routes/sign_in_routes.h"
#include "console/routes/view_routes.h"
#include "http/server.h"

namespace host_stub {

namespace {

constexpr const char* address = "127.0.0.1";
constexpr const char* retry_after_s = "1";

// No script, style or request but of this server, and nowhere inside another page. Bootstrap's
// icons in its style sheet are data: images.
constexpr std::pair<const char*, const char*> security_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"}};

// Whatever is answered there is of one reader and one moment.
bool is_stored_nowhere(std::string_view path) {
  return path.empty() || path.starts_with("/api/") || path == "/feed";
}

Refusal refusal_of_fault(const http::Fault& fault) {
  switch (fault.status) {
    case 404:
      return {404, "not_found", fault.detail};
    case 413:
    case 414:
    case 431:
      return {fault.status, "too_large", fault.detail};
    case 500:
      return {500, "failed", fault.detail};
    case 503:
      return {503, "busy", fault.detail};
    default:
      return {fault.status, "invalid", fault.detail};
  }
}

// A console without plugins of a kind does without what they offer.
std::vector<LoadedPlugin*> or_none(const crm::Result<std::vector<LoadedPlugin*>>& plugins) {
  return plugins ? plugins.value() : std::vector<LoadedPlugin*>();
}

}  // namespace

struct Console::Parts {
  Parts(Session& session, const Credentials& credentials, const StaticFiles& files,
        ConsoleSettings console_settings, const std::atomic<bool>& stop)
      : log(session.log()),
        settings(console_settings),
        interrupted(stop),
        sign_ins(settings.idle_max),
        gate(sign_ins, credentials.accounts, log),
        sign_in_routes(gate, credentials.accounts, credentials.browsers, sign_ins,
                       session.settings(), log),
        view_routes(gate, or_none(session.plugins_with_views()), session.settings(), log),
        export_routes(gate, or_none(session.plugins_with_exports()), session.keys(), log),
        feed_routes(gate, or_none(session.plugins_with_events()), credentials.feed_keys,
                    session.settings(), interrupted),
        server(http::Limits{}, hooks()) {
    http::Router& router = server.router();
    sign_in_routes.add_to(router);
    view_routes.add_to(router);
    export_routes.add_to(router);
    feed_routes.add_to(router);
    files.add_to(router);
  }

  http::Hooks hooks() {
    return {prepare,
            [this](const http::Request& request, http::Response& response) {
              return gate.is_ours(request, response) && gate.is_bounded(request, response);
            },
            [this](const http::Request& request, http::Response& response, const http::Fault& fault,
                   http::Hooks::Caller caller) { refuse(request, response, fault, caller); }};
  }

  static void prepare(const http::Request& request, http::Response& response) {
    for (const auto& [name, value] : security_headers) response.headers.set(name, value);
    if (is_stored_nowhere(request.path)) response.headers.set("Cache-Control", "no-store");
  }

  void refuse(const http::Request& request, http::Response& response, const http::Fault& fault,
              http::Hooks::Caller caller) const {
    if (fault.status == 503) response.headers.set("Retry-After", retry_after_s);
    if (caller == http::Hooks::Caller::network) {
      // A log may wait for its reader.
      return answer_refusal(request, response, refusal_of_fault(fault));
    }
    if (fault.status == 500) {
      return fail(log, request, response, {CRM_ERR_INTERNAL, fault.detail});
    }
    if (!request.path.starts_with("/api/") && request.path != "/feed") {
      return answer_error_page(request, response);
    }
    host_stub::refuse(log, request, response, refusal_of_fault(fault));
  }

  const HostLog& log;
  const ConsoleSettings settings;
  const std::atomic<bool>& interrupted;
  SignIns sign_ins;
  Gate gate;
  SignInRoutes sign_in_routes;
  ViewRoutes view_routes;
  ExportRoutes export_routes;
  FeedRoutes feed_routes;
  http::Server server;  // last: its threads use the others
};

Console::Console(Session& session, const Credentials& credentials, const StaticFiles& files,
                 ConsoleSettings settings, const std::atomic<bool>& interrupted)
    : parts_(std::make_unique<Parts>(session, credentials, files, settings, interrupted)) {}

Console::~Console() = default;

crm::Result<int> Console::bind() {
  const auto port = parts_->server.bind(address, parts_->settings.port);
  if (!port) {
    return failure(port.error().status,
                   fmt::format("port {} of {} is taken; choose another with --port ({})",
                               parts_->settings.port, address, port.error().detail));
  }
  parts_->gate.set_port(port.value());
  return port;
}

Outcome Console::run() {
  if (parts_->server.run(parts_->interrupted)) return done();
  return failure(CRM_ERR_IO, "the console no longer gets connections; start it again");
}

}  // namespace host_stub
