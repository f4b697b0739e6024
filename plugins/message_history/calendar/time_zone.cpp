#include "calendar/time_zone.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "model/time_units.h"

namespace message_history {

namespace {

constexpr std::int64_t day_s = 86'400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

void put_two_digits(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

// Three digits where they are enough, else six.
void append_fraction(unsigned micros, std::string& out) {
  std::size_t digits = 6;
  if (micros % 1000 == 0) {
    micros /= 1000;
    digits = 3;
  }
  char text[7] = {'.'};
  for (std::size_t i = digits; i > 0; --i, micros /= 10) {
    text[i] = static_cast<char>('0' + micros % 10);
  }
  out.append(text, digits + 1);
}

date::sys_seconds sys(std::int64_t at_s) {
  return date::sys_seconds{std::chrono::seconds{at_s}};
}

}  // namespace

TimeZone TimeZone::utc() {
  TimeZone zone;
  zone.name_ = "UTC";
  return zone;
}

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC") return utc();
  try {
    TimeZone zone;
    zone.zone_ = date::locate_zone(std::string(name));
    zone.name_ = name;
    return zone;
  } catch (const std::runtime_error&) {
    return {};
  }
}

bool TimeZone::has_database() {
  try {
    return !date::get_tzdb().zones.empty();
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::int64_t TimeZone::offset_s(std::int64_t at_s) {
  if (zone_ == nullptr) return 0;
  if (at_s < valid_from_s_ || at_s >= valid_until_s_) {
    const date::sys_info info = zone_->get_info(sys(at_s));
    valid_from_s_ = info.begin.time_since_epoch().count();
    valid_until_s_ = info.end.time_since_epoch().count();
    offset_s_ = info.offset.count();
  }
  return offset_s_;
}

std::int32_t TimeZone::day_of(std::int64_t at_us) {
  const std::int64_t at_s = floor_div(at_us, second_us);
  const std::int64_t local_s = at_s + offset_s(at_s);
  return static_cast<std::int32_t>(floor_div(local_s, day_s));
}

std::int64_t TimeZone::day_begins_us(std::int32_t day) {
  const std::int64_t local_s = day * day_s;
  if (zone_ == nullptr) return local_s * second_us;
  const auto local = date::local_seconds{std::chrono::seconds{local_s}};
  // Midnight may be skipped or come twice; the earlier choice begins the day either way.
  return zone_->to_sys(local, date::choose::earliest).time_since_epoch().count() * second_us;
}

std::string TimeZone::rfc3339(std::int64_t at_us) {
  std::string text;
  append_rfc3339(at_us, text);
  return text;
}

void TimeZone::append_rfc3339(std::int64_t at_us, std::string& out) {
  const std::int64_t at_s = floor_div(at_us, second_us);
  if (at_s < day_.from_s || at_s >= day_.until_s) enter_day(at_s);
  out += day_.midnight;
  const auto of_day = static_cast<unsigned>(at_s - day_.midnight_s);
  char* const end = out.data() + out.size();
  put_two_digits(end - 8, of_day / 3600);
  put_two_digits(end - 5, of_day / 60 % 60);
  put_two_digits(end - 2, of_day % 60);
  if (const auto micros = static_cast<unsigned>(at_us - at_s * second_us); micros != 0) {
    append_fraction(micros, out);
  }
  out += day_.offset;
}

void TimeZone::enter_day(std::int64_t at_s) {
  const std::int64_t offset = offset_s(at_s);
  const std::int64_t days = floor_div(at_s + offset, day_s);
  day_.midnight_s = days * day_s - offset;
  day_.from_s = day_.midnight_s;
  day_.until_s = day_.midnight_s + day_s;
  if (zone_ != nullptr) {
    day_.from_s = std::max(day_.from_s, valid_from_s_);
    day_.until_s = std::min(day_.until_s, valid_until_s_);
  }
  day_.midnight = date_text(static_cast<std::int32_t>(days)) + "T00:00:00";
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  day_.offset = fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string date_text(std::int32_t day) {
  const date::year_month_day ymd{date::sys_days{date::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::optional<std::int32_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  int part[3] = {0, 0, 0};
  for (std::size_t i = 0, n = 0; i < 10; ++i) {
    if (i == 4 || i == 7) {
      ++n;
    } else if (text[i] < '0' || text[i] > '9') {
      return {};
    } else {
      part[n] = part[n] * 10 + (text[i] - '0');
    }
  }
  const date::year_month_day ymd{date::year{part[0]}, date::month{static_cast<unsigned>(part[1])},
                                 date::day{static_cast<unsigned>(part[2])}};
  if (!ymd.ok()) return {};
  return date::sys_days{ymd}.time_since_epoch().count();
}

}  // namespace message_history
