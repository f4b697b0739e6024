// A request as its handler sees it, and the answer that the handler makes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/durable_file.h"
#include "http/body_pipe.h"

namespace host_stub::http {

// In the order in which they came or were added; names are compared without their case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value);
  // In place of all of that name.
  void set(std::string name, std::string value);
  bool has(std::string_view name) const { return count(name) > 0; }
  size_t count(std::string_view name) const;
  // The first one's value; empty when there is none.
  std::string get(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

struct Request {
  std::string method;
  std::string path;  // decoded, without the query; empty when the head could not be read
  std::vector<std::pair<std::string, std::string>> params;  // of the query, decoded
  Headers headers;
  std::string peer_address;
  std::vector<std::string> matches;  // in the place of the pattern's placeholders
  // Where the route says: the body as text, or as a file in memory that is read from its beginning.
  std::string body;
  FileHandle body_file;

  // The first parameter of that name; empty when there is none.
  std::string param(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  // One of three: bytes, bytes that outlive the server, or bytes that are made while they are sent.
  std::string body;
  std::string_view lasting_body;
  BodyReader stream;
  // Kept until the answer is sent or given up.
  std::shared_ptr<const void> held;

  void set_content(std::string bytes, const char* type);
  bool has_content() const { return !body.empty() || !lasting_body.empty() || stream; }
};

// "Not Found" for 404.
std::string_view reason_of(int status);

// The status line and the headers of an answer, whose connection ends with it.
std::string head_of(const Response& response);

}  // namespace host_stub::http
