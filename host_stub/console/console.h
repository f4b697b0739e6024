// The admin console: an HTTP server on 127.0.0.1 over a session's plugins.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/outcome.h"
#include "console/accounts/accounts.h"
#include "console/accounts/feed_keys.h"
#include "console/accounts/known_browsers.h"
#include "console/static_files.h"
#include "session/session.h"

namespace host_stub {

struct ConsoleSettings {
  uint16_t port = 8080;  // 0: any that is free
  std::chrono::seconds idle_max{1800};
};

class Console {
 public:
  // What is referred to outlives the console.
  struct Credentials {
    const Accounts& accounts;
    const KnownBrowsers& browsers;
    const FeedKeys& feed_keys;
  };
  Console(Session& session, const Credentials& credentials, const StaticFiles& files,
          ConsoleSettings settings, const std::atomic<bool>& interrupted);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // The port; IO when it is taken.
  crm::Result<int> bind();

  // Serves until `interrupted`; then takes no more requests, and returns once those that are under
  // way are answered. After bind().
  Outcome run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace host_stub
