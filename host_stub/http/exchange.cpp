#include "http/exchange.h"

#include <fmt/format.h>

#include <exception>
#include <new>

namespace host_stub::http {

namespace {

void run_handler(const Hooks& hooks, Exchange& exchange) {
  const Request& request = exchange.head.request;
  exchange.response = {};
  hooks.prepare(request, exchange.response);
  exchange.match.route->handle(request, exchange.response);
}

// Why the request goes no further, but for what its route's owner says.
std::optional<Fault> fault_of(const Exchange& exchange) {
  const Route* const route = exchange.match.route;
  if (route == nullptr) {
    if (exchange.match.allow.empty()) return Fault{404, "there is nothing at this address"};
    return Fault{405, "this address takes " + exchange.match.allow};
  }
  if (route->body.kind == BodyKind::none) return {};
  if (!exchange.head.body_bytes) return Fault{411, "send the body with its Content-Length"};
  if (*exchange.head.body_bytes > route->body.bytes_max) {
    return Fault{413, fmt::format("the body exceeds {} bytes", route->body.bytes_max)};
  }
  return {};
}

// Answers what a step threw.
void answer_failure(const Hooks& hooks, Exchange& exchange, const char* what) noexcept {
  try {
    refuse(hooks, exchange, {500, what}, Hooks::Caller::worker);
  } catch (...) {
    // No memory even for the refusal: the status alone is sent.
    exchange.response.body.clear();
    exchange.response.lasting_body = {};
    exchange.response.status = 500;
  }
}

template <class Step>
bool guarded_step(const Hooks& hooks, Exchange& exchange, Step step) noexcept {
  try {
    return step();
  } catch (const std::exception& error) {
    answer_failure(hooks, exchange, error.what());
  } catch (...) {
    answer_failure(hooks, exchange, "an unknown error");
  }
  return false;
}

}  // namespace

bool admit(const Hooks& hooks, Exchange& exchange) noexcept {
  return guarded_step(hooks, exchange, [&] {
    const Request& request = exchange.head.request;
    hooks.prepare(request, exchange.response);
    if (!hooks.admit(request, exchange.response)) return false;
    if (const auto fault = fault_of(exchange)) {
      refuse(hooks, exchange, *fault, Hooks::Caller::worker);
      return false;
    }
    const BodyRule& body = exchange.match.route->body;
    if (body.admit && !body.admit(request, exchange.response)) return false;
    if (body.kind != BodyKind::none) return true;
    run_handler(hooks, exchange);
    return false;
  });
}

void handle(const Hooks& hooks, Exchange& exchange) noexcept {
  guarded_step(hooks, exchange, [&] {
    run_handler(hooks, exchange);
    return false;
  });
}

void refuse(const Hooks& hooks, Exchange& exchange, const Fault& fault, Hooks::Caller caller) {
  const Request& request = exchange.head.request;
  Response& response = exchange.response;
  response = {};
  hooks.prepare(request, response);
  response.status = fault.status;
  if (!exchange.match.allow.empty()) response.headers.set("Allow", exchange.match.allow);
  hooks.refuse(request, response, fault, caller);
}

}  // namespace host_stub::http
