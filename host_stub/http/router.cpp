#include "http/router.h"

#include <optional>

namespace host_stub::http {

namespace {

constexpr std::string_view any_part = "{}";
constexpr std::string_view any_rest = "{...}";

// The next part of a pattern or a path, whose first character is a slash; takes it off.
std::string_view take_part(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

// The parts in the place of the placeholders; empty when the path is not of the pattern.
std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
  std::vector<std::string> matches;
  while (!pattern.empty()) {
    if (!path.starts_with('/')) return {};
    const std::string_view wanted = take_part(pattern);
    if (wanted == any_rest) {
      matches.emplace_back(path.substr(1));
      return matches;
    }
    const std::string_view given = take_part(path);
    if (wanted == any_part && !given.empty()) {
      matches.emplace_back(given);
    } else if (given != wanted) {
      return {};
    }
  }
  if (!path.empty()) return {};
  return matches;
}

bool is_asked_by(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

}  // namespace

void Router::get(std::string pattern, Handler handle) {
  add({std::move(pattern), "GET", std::move(handle), {}, Lane::quick});
}

void Router::post(std::string pattern, BodyRule body, Handler handle, Lane lane) {
  add({std::move(pattern), "POST", std::move(handle), std::move(body), lane});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match found;
  for (const Route& route : routes_) {
    auto matches = match_path(route.pattern, path);
    if (!matches) continue;
    if (is_asked_by(route, method)) return {&route, std::move(*matches), {}};
    found.allow += (found.allow.empty() ? "" : ", ") +
                   (route.method == "GET" ? std::string("GET, HEAD") : route.method);
  }
  return found;
}

}  // namespace host_stub::http
