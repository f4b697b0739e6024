#include "http/message.h"

#include <fmt/format.h>

#include <algorithm>

namespace host_stub::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

struct Reason {
  int status;
  std::string_view text;
};

constexpr Reason reasons[] = {{200, "OK"},
                              {304, "Not Modified"},
                              {400, "Bad Request"},
                              {401, "Unauthorized"},
                              {403, "Forbidden"},
                              {404, "Not Found"},
                              {405, "Method Not Allowed"},
                              {408, "Request Timeout"},
                              {411, "Length Required"},
                              {413, "Content Too Large"},
                              {414, "URI Too Long"},
                              {415, "Unsupported Media Type"},
                              {416, "Range Not Satisfiable"},
                              {417, "Expectation Failed"},
                              {421, "Misdirected Request"},
                              {429, "Too Many Requests"},
                              {431, "Request Header Fields Too Large"},
                              {500, "Internal Server Error"},
                              {501, "Not Implemented"},
                              {502, "Bad Gateway"},
                              {503, "Service Unavailable"},
                              {505, "HTTP Version Not Supported"},
                              {507, "Insufficient Storage"}};

}  // namespace

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const Field& field) { return is_same_name(field.first, name); });
  add(std::move(name), std::move(value));
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), [&](const Field& field) {
    return is_same_name(field.first, name);
  }));
}

std::string Headers::get(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
    return is_same_name(field.first, name);
  });
  return found == fields_.end() ? std::string() : found->second;
}

std::string Request::param(std::string_view name) const {
  const auto found = std::find_if(params.begin(), params.end(),
                                  [&](const auto& param) { return param.first == name; });
  return found == params.end() ? std::string() : found->second;
}

void Response::set_content(std::string bytes, const char* type) {
  body = std::move(bytes);
  headers.set("Content-Type", type);
}

std::string_view reason_of(int status) {
  const auto* const found =
      std::find_if(std::begin(reasons), std::end(reasons),
                   [&](const Reason& reason) { return reason.status == status; });
  return found == std::end(reasons) ? "Unknown" : found->text;
}

std::string head_of(const Response& response) {
  constexpr int without_content = 304;
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (response.stream) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != without_content) {
    head +=
        fmt::format("Content-Length: {}\r\n", response.body.size() + response.lasting_body.size());
  }
  return head + "Connection: close\r\n\r\n";
}

}  // namespace host_stub::http
