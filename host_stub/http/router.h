// Finds the route of a request by its path and method, in time that grows with the path alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/work_queue.h"

namespace host_stub::http {

// Runs on a worker. An exception is answered with 500.
using Handler = std::function<void(const Request&, Response&)>;
// Runs on a worker, before the body is read; false when `Response` is the whole answer already.
using Admission = std::function<bool(const Request&, Response&)>;

enum class BodyKind : uint8_t { none, text, file };

struct BodyRule {
  BodyKind kind = BodyKind::none;
  uint64_t bytes_max = 0;  // 413 beyond
  Admission admit;         // everyone when it is empty
};

struct Route {
  // Parts between slashes: a text, "{}" for any one part, and at the end "{...}" for the rest.
  std::string pattern;
  std::string method;  // GET is asked for by HEAD as well
  Handler handle;
  BodyRule body;
  Lane lane = Lane::quick;
};

class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  void get(std::string pattern, Handler handle);
  void post(std::string pattern, BodyRule body, Handler handle, Lane lane = Lane::quick);

  struct Match {
    const Route* route = nullptr;      // NULL: 404, or 405 where `allow` says something
    std::vector<std::string> matches;  // in the place of the placeholders
    std::string allow;                 // "GET, HEAD": of that path
  };
  // Valid as long as no route is added.
  Match find(std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace host_stub::http
