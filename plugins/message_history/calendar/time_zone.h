// A time zone of the IANA database: local days, local times, RFC 3339 texts.
//
// Cheap to copy. Not for concurrent use of one object: it remembers the last offset and day it
// looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace message_history {

class TimeZone {
 public:
  // Empty when the name is unknown to the system's database.
  static std::optional<TimeZone> find(std::string_view name);
  // Tells a wrong name from a system on which no name is known.
  static bool has_database();
  static TimeZone utc();

  const std::string& name() const { return name_; }

  // Days since 1970-01-01 of the local date.
  std::int32_t day_of(std::int64_t at_us);
  // When the local day begins.
  std::int64_t day_begins_us(std::int32_t day);
  // "2026-11-23T09:00:00+09:00", with as many digits of the second as are not zero (none, 3 or 6).
  std::string rfc3339(std::int64_t at_us);
  // The same, appended; quick while one time is of the same local day as the last.
  void append_rfc3339(std::int64_t at_us, std::string& out);

 private:
  // What the texts of one local day share for as long as its offset holds.
  struct Day {
    std::int64_t from_s = 0;
    std::int64_t until_s = 0;
    std::int64_t midnight_s = 0;  // by the clock: before from_s when the offset changed in between
    std::string midnight;         // "2026-11-23T00:00:00"
    std::string offset;           // "+09:00"
  };

  std::int64_t offset_s(std::int64_t at_s);
  void enter_day(std::int64_t at_s);

  const date::time_zone* zone_ = nullptr;  // NULL: UTC
  std::string name_;
  std::int64_t valid_from_s_ = 0;  // the range the remembered offset holds for
  std::int64_t valid_until_s_ = 0;
  std::int64_t offset_s_ = 0;
  Day day_;
};

// "2026-11-23" and back; empty for anything else.
std::string date_text(std::int32_t day);
std::optional<std::int32_t> parse_date(std::string_view text);

}  // namespace message_history
