// A request with its answer, and what a worker does with them.
#pragma once

#include "http/message.h"
#include "http/request_head.h"
#include "http/router.h"
#include "http/server.h"

namespace host_stub::http {

// Handed from the network's thread to a worker and back.
struct Exchange {
  RequestHead head;
  Router::Match match;
  Response response;
};

// True when the body is to be received and handled next; else the answer is complete.
bool admit(const Hooks& hooks, Exchange& exchange) noexcept;

void handle(const Hooks& hooks, Exchange& exchange) noexcept;

// Replaces the answer.
void refuse(const Hooks& hooks, Exchange& exchange, const Fault& fault, Hooks::Caller caller);

}  // namespace host_stub::http
