#include "http/request_head.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/target.h"

namespace host_stub::http {

namespace {

namespace beast = boost::beast;

constexpr unsigned version_1_1 = 11;

// With two of these nobody could say which one counts.
constexpr const char* single_headers[] = {"Authorization", "Content-Length", "Content-Type",
                                          "Cookie",        "Expect",         "Host",
                                          "Origin",        "X-CSRF-Token"};

Fault too_long_target(const Limits& limits) {
  return {414, fmt::format("the address exceeds {} bytes", limits.target_bytes_max)};
}

std::optional<Fault> fault_of_headers(const Headers& headers, const Limits& limits) {
  if (headers.size() > limits.header_count_max) {
    return Fault{431, fmt::format("the request has more than {} headers", limits.header_count_max)};
  }
  for (const char* name : single_headers) {
    if (headers.count(name) > 1) {
      return Fault{400, fmt::format("the request has {} twice; send it once", name)};
    }
  }
  return {};
}

}  // namespace

std::optional<Fault> parse_head(std::string_view bytes, const Limits& limits, RequestHead& head) {
  beast::http::request_parser<beast::http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(bytes.size()) + 1);
  parser.body_limit(boost::none);
  parser.eager(false);
  beast::error_code error;
  parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error || !parser.is_header_done()) return Fault{400, "the request is malformed"};
  const auto& message = parser.get();
  const std::string_view target(message.target().data(), message.target().size());
  Request& request = head.request;
  request.method = std::string(message.method_string());
  for (const auto& field : message) {
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  if (target.size() > limits.target_bytes_max) return too_long_target(limits);
  if (!target.starts_with('/')) return Fault{400, "the address does not begin with a slash"};
  Target parsed = parse_target(target);
  request.path = std::move(parsed.path);
  request.params = std::move(parsed.params);
  if (auto fault = fault_of_headers(request.headers, limits)) return fault;
  if (message.version() != version_1_1) return Fault{505, "send the request as HTTP/1.1"};
  if (const auto length = parser.content_length()) head.body_bytes = *length;
  if (request.headers.has("Expect")) {
    head.expects_continue = beast::iequals(request.headers.get("Expect"), "100-continue");
    if (!head.expects_continue) return Fault{417, "of Expect only 100-continue is known"};
  }
  return {};
}

Fault fault_of_endless_head(std::string_view bytes, const Limits& limits) {
  if (bytes.find('\n') == std::string_view::npos) return too_long_target(limits);
  return {431, fmt::format("the head of the request exceeds {} bytes", limits.head_bytes_max)};
}

}  // namespace host_stub::http
