// Takes a body as it arrives: as text, or into a file in memory, which goes back to the system as
// soon as it is closed.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/router.h"

namespace host_stub::http {

class ReceivedBody {
 public:
  ReceivedBody() = default;
  // False when the system has no memory or no file descriptor left.
  bool begin(BodyKind kind, uint64_t bytes);
  bool append(std::string_view bytes);
  uint64_t missing_bytes() const { return missing_bytes_; }

  // Once nothing is missing: hands it over.
  bool give(Request& request);

 private:
  BodyKind kind_ = BodyKind::none;
  uint64_t missing_bytes_ = 0;
  std::string text_;
  FileHandle file_;
};

}  // namespace host_stub::http
