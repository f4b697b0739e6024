#include "console/console.h"

#include <fmt/format.h>
#include <httplib.h>

#include "console/export_routes.h"
#include "console/feed_routes.h"
#include "console/gate.h"
#include "console/interrupt_watch.h"
#include "console/sign_in_routes.h"
#include "console/view_routes.h"

namespace host_stub {

namespace {

constexpr const char* address = "127.0.0.1";
constexpr size_t threads = 32;
// The body of a request that is refused is not read: on a kept connection it would be taken for the
// next request, one that whoever wrote the body may have made up.
constexpr size_t requests_a_connection_max = 1;
constexpr int connections_waiting_max = 128;
// For one read or write, not for a whole request.
constexpr time_t patience_s = 10;

// No script, style or request but of this server, and nowhere inside another page. Bootstrap's
// icons in its style sheet are data: images.
const httplib::Headers& security_headers() {
  static const httplib::Headers headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  return headers;
}

Refusal unrouted(int http_status) {
  switch (http_status) {
    case 404:
      return {404, "not_found", "there is nothing at this address"};
    case 413:
      return {413, "too_large", fmt::format("the body exceeds {} bytes", feed_body_bytes_max)};
    default:
      return {http_status, "invalid", "the request is malformed"};
  }
}

// A console without plugins of a kind does without what they offer.
std::vector<LoadedPlugin*> or_none(const crm::Result<std::vector<LoadedPlugin*>>& plugins) {
  return plugins ? plugins.value() : std::vector<LoadedPlugin*>();
}

}  // namespace

struct Console::Parts {
  Parts(Session& session, const Accounts& accounts, const FeedKeys& feed_keys,
        const StaticFiles& files, ConsoleSettings console_settings, const std::atomic<bool>& stop)
      : log(session.log()),
        settings(console_settings),
        interrupted(stop),
        sign_ins(settings.idle_max),
        gate(sign_ins, log),
        sign_in_routes(gate, accounts, sign_ins, session.settings(), log),
        view_routes(gate, or_none(session.plugins_with_views()), session.settings(), log),
        export_routes(gate, or_none(session.plugins_with_exports()), session.keys()),
        feed_routes(gate, or_none(session.plugins_with_events()), feed_keys, session.settings(),
                    interrupted) {
    server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
    server.set_payload_max_length(feed_body_bytes_max);
    server.set_keep_alive_max_count(requests_a_connection_max);
    server.set_read_timeout(patience_s);
    server.set_write_timeout(patience_s);
    server.set_tcp_nodelay(true);
    // Without SO_REUSEPORT, which would let two consoles have the same port.
    server.set_socket_options([this](socket_t socket) {
      listener = socket;
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server.set_default_headers(security_headers());
    server.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          if (request.path.starts_with("/api/")) response.set_header("Cache-Control", "no-store");
          return gate.is_ours(request, response) && gate.is_bounded(request, response)
                     ? httplib::Server::HandlerResponse::Unhandled
                     : httplib::Server::HandlerResponse::Handled;
        });
    server.set_exception_handler([this](const httplib::Request& request,
                                        httplib::Response& response, std::exception_ptr thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        refuse(log, request, response, {500, "failed", error.what()});
      } catch (...) {
        refuse(log, request, response, {500, "failed", "an unknown error"});
      }
    });
    // What httplib refuses by itself, and paths that are nothing.
    server.set_error_handler(httplib::Server::Handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          if (!response.body.empty()) return;
          if (request.path.starts_with("/api/") || request.path == "/feed") {
            refuse(log, request, response, unrouted(response.status));
          } else {
            answer_error_page(request, response);
          }
        }));
    sign_in_routes.add_to(server);
    view_routes.add_to(server);
    export_routes.add_to(server);
    feed_routes.add_to(server);
    files.add_to(server);
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
  httplib::Server server;
  socket_t listener = INVALID_SOCKET;
};

Console::Console(Session& session, const Accounts& accounts, const FeedKeys& feed_keys,
                 const StaticFiles& files, ConsoleSettings settings,
                 const std::atomic<bool>& interrupted)
    : parts_(std::make_unique<Parts>(session, accounts, feed_keys, files, settings, interrupted)) {}

Console::~Console() = default;

crm::Result<int> Console::bind() {
  const int port = parts_->settings.port;
  const int bound = port == 0 ? parts_->server.bind_to_any_port(address)
                    : parts_->server.bind_to_port(address, port) ? port
                                                                 : -1;
  if (bound < 0) {
    return failure(CRM_ERR_IO, fmt::format("port {} of {} is taken; choose another with --port",
                                           port, address));
  }
  // httplib lets five connections wait; of more at once, some would wait for seconds or be reset.
  ::listen(parts_->listener, connections_waiting_max);
  parts_->gate.set_port(bound);
  return bound;
}

Outcome Console::run() {
  const InterruptWatch watch(parts_->server, parts_->interrupted);
  const bool served = parts_->server.listen_after_bind();
  if (served || parts_->interrupted) return done();
  return failure(CRM_ERR_IO, "the console no longer gets connections; start it again");
}

}  // namespace host_stub
