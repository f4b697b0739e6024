// An HTTP/1.1 server that bounds what a peer can take of it: memory, time, connections, threads.
//
// One thread serves all connections and never waits for one; handlers run on a fixed number of
// others. README.md beside it tells why it is made of what it is made of, and what the bounds are.
#pragma once

#include <crm/cpp/failure.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/limits.h"
#include "http/message.h"
#include "http/request_head.h"
#include "http/router.h"

namespace host_stub::http {

// The server's questions to its owner. Thread-safe; they throw nothing but std::bad_alloc.
struct Hooks {
  // Headers that every answer has. Never waits.
  std::function<void(const Request&, Response&)> prepare;
  // On a worker, before any route: false when `Response` is the whole answer already.
  std::function<bool(const Request&, Response&)> admit;
  // Makes the answer to what the server refuses; its status is set. On the network's thread it must
  // not wait, not even to write a log.
  enum class Caller : uint8_t { worker, network };
  std::function<void(const Request&, Response&, const Fault&, Caller)> refuse;
};

class Server {
 public:
  Server(const Limits& limits, Hooks hooks);
  // After run() has returned, or before it is called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before run().
  Router& router();

  // The port; 0 takes any that is free. IO when it is taken.
  crm::Result<int> bind(const std::string& address, uint16_t port);

  // Serves until `interrupted`; then closes connections without a request, refuses what is still
  // being received, and returns once every request under way is answered. False when it could not
  // go on. After bind().
  bool run(const std::atomic<bool>& interrupted);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace host_stub::http
