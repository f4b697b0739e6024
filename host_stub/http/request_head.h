// Reads the head of a request, strictly: what two readers could understand in two ways is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/message.h"

namespace host_stub::http {

// A request that the server refuses by itself; `detail` is for people, in English.
struct Fault {
  int status = 400;
  std::string detail;
};

struct RequestHead {
  Request request;  // without its body
  std::optional<uint64_t> body_bytes;
  bool expects_continue = false;
};

// `bytes` is the whole head with the empty line at its end. A fault leaves in `head` what could be
// read.
std::optional<Fault> parse_head(std::string_view bytes, const Limits& limits, RequestHead& head);

// Why a head of so many bytes that has no end is refused.
Fault fault_of_endless_head(std::string_view bytes, const Limits& limits);

}  // namespace host_stub::http
