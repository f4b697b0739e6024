#include "feed/rfc3339.h"

#include <chrono>
#include <cstring>

namespace host_stub {

namespace {

constexpr size_t fraction_digits_max = 9;
constexpr int64_t second_us = 1'000'000;
constexpr int64_t day_s = 86'400;

// Takes the text apart from the left; every function answers false when the text does not go on as
// asked.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool number(size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (size_t i = 0; i < digits; ++i) {
      const char c = rest_[i];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool one_of(std::string_view allowed, char& found) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    found = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool one_of(std::string_view allowed) {
    char ignored = 0;
    return one_of(allowed, ignored);
  }

  // An optional fraction; false when there is a point without 1 to 9 digits.
  bool fraction(int64_t& microseconds) {
    microseconds = 0;
    if (rest_.empty() || rest_.front() != '.') return true;
    rest_.remove_prefix(1);
    size_t digits = 0;
    int digit = 0;
    for (int64_t unit = second_us / 10; number(1, digit); unit /= 10, ++digits) {
      microseconds += digit * unit;
    }
    return digits >= 1 && digits <= fraction_digits_max;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct ClockTime {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

bool read_date(Cursor& cursor, int64_t& days) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!cursor.number(4, year) || !cursor.one_of("-") || !cursor.number(2, month) ||
      !cursor.one_of("-") || !cursor.number(2, day) || year == 0) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

bool read_clock(Cursor& cursor, ClockTime& time) {
  return cursor.number(2, time.hour) && cursor.one_of(":") && cursor.number(2, time.minute) &&
         cursor.one_of(":") && cursor.number(2, time.second) && time.hour <= 23 &&
         time.minute <= 59 && time.second <= 60;
}

bool read_offset(Cursor& cursor, int64_t& offset_s) {
  offset_s = 0;
  char sign = 0;
  if (cursor.one_of("Zz")) return true;
  int hours = 0;
  int minutes = 0;
  if (!cursor.one_of("+-", sign) || !cursor.number(2, hours) || !cursor.one_of(":") ||
      !cursor.number(2, minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  offset_s = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
  return true;
}

void write_number(char* place, int64_t value, size_t digits) {
  for (; digits > 0; --digits, value /= 10) place[digits - 1] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  Cursor cursor(text);
  int64_t days = 0;
  int64_t fraction_us = 0;
  int64_t offset_s = 0;
  ClockTime time;
  if (!read_date(cursor, days) || !cursor.one_of("Tt") || !read_clock(cursor, time) ||
      !cursor.fraction(fraction_us) || !read_offset(cursor, offset_s) || !cursor.at_end()) {
    return {};
  }
  const int64_t seconds =
      days * day_s + time.hour * 3600 + time.minute * 60 + time.second - offset_s;
  // A leap second has been added to 23:59:59 UTC, so counted on it starts a UTC day.
  if (time.second == 60 && seconds % day_s != 0) return {};
  return seconds * second_us + fraction_us;
}

void Rfc3339Writer::append(int64_t at_us, std::string& text) {
  constexpr int64_t day_us = day_s * second_us;
  const int64_t day = at_us >= 0 ? at_us / day_us : (at_us - day_us + 1) / day_us;
  if (day != day_) write_date(day);
  const int64_t time_us = at_us - day * day_us;
  const int64_t time_s = time_us / second_us;
  write_number(text_ + 11, time_s / 3600, 2);
  write_number(text_ + 14, time_s / 60 % 60, 2);
  write_number(text_ + 17, time_s % 60, 2);
  write_number(text_ + 20, time_us % second_us, 6);
  text.append(text_, sizeof(text_));
}

// Times mostly come in order, so the date is written once for many of them.
void Rfc3339Writer::write_date(int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  std::memcpy(text_, "0000-00-00T00:00:00.000000Z", sizeof(text_));
  write_number(text_, static_cast<int>(date.year()), 4);
  write_number(text_ + 5, static_cast<unsigned>(date.month()), 2);
  write_number(text_ + 8, static_cast<unsigned>(date.day()), 2);
  day_ = day;
}

}  // namespace host_stub
