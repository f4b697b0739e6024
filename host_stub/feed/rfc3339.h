// RFC 3339 times as microseconds since 1970-01-01T00:00:00Z.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace host_stub {

// Empty for anything that is no RFC 3339 time or names an impossible date. Accepted: years 0001 to
// 9999, any offset, lower-case t and z, 1 to 9 fraction digits (cut to microseconds), and a leap
// second at the end of a UTC day, which is the first second of the next.
std::optional<int64_t> parse_rfc3339(std::string_view text);

// "2026-01-31T00:00:00.000000Z"; `at_us` is in the years 1 to 9999.
class Rfc3339Writer {
 public:
  void append(int64_t at_us, std::string& text);

 private:
  void write_date(int64_t day);

  int64_t day_ = INT64_MIN;  // the one that is written already
  char text_[27];
};

}  // namespace host_stub
