// RFC 3339 texts against the date library: every zone, around every change of its offset, in any
// order.
#include <date/date.h>
#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "calendar/time_zone.h"

namespace message_history {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t year_2200_us = 7'258'118'400'000'000;

// From the fields of the local time, each one by itself.
std::string expected(const std::string& zone, std::int64_t at_us) {
  const date::sys_time<microseconds> at{microseconds{at_us}};
  const auto* const rules = date::locate_zone(zone);
  const auto local = rules->to_local(at);
  const auto day = date::floor<date::days>(local);
  const date::year_month_day ymd{day};
  const date::hh_mm_ss<microseconds> time{local - day};
  const std::int64_t offset_s = rules->get_info(at).offset.count();
  const std::int64_t offset_min = std::abs(offset_s) / 60;
  const std::int64_t micros = time.subseconds().count();
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string all = text;
  if (micros % 1000 != 0) {
    std::snprintf(text, sizeof(text), ".%06d", static_cast<int>(micros));
    all += text;
  } else if (micros != 0) {
    std::snprintf(text, sizeof(text), ".%03d", static_cast<int>(micros / 1000));
    all += text;
  }
  std::snprintf(text, sizeof(text), "%c%02d:%02d", offset_s < 0 ? '-' : '+',
                static_cast<int>(offset_min / 60), static_cast<int>(offset_min % 60));
  return all + text;
}

const std::vector<std::string>& zones() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& zone : date::get_tzdb().zones) all.push_back(zone.name());
    return all;
  }();
  return names;
}

// The first moments of every offset a zone has had or will have.
std::vector<std::int64_t> transitions_us(const std::string& zone) {
  const auto* const rules = date::locate_zone(zone);
  const date::sys_seconds end{seconds{year_2200_us / second_us}};
  std::vector<std::int64_t> times;
  for (date::sys_seconds at{seconds{0}}; at < end;) {
    const date::sys_info info = rules->get_info(at);
    if (info.end <= at || info.end >= end) break;
    at = info.end;
    times.push_back(at.time_since_epoch().count() * second_us);
  }
  return times;
}

RC_GTEST_PROP(Rfc3339, IsTheLocalTimeAtAnyInstant, ()) {
  const std::string name = *rc::gen::elementOf(zones());
  TimeZone zone = *TimeZone::find(name);
  const std::int64_t step_us = *rc::gen::element<std::int64_t>(
      1, 1'000, second_us, 60 * second_us, 3'600 * second_us, 86'400 * second_us);
  std::int64_t at_us = *rc::gen::inRange<std::int64_t>(0, year_2200_us);
  // Times near each other, as those of one message are, and then another.
  for (int i = 0; i < 20; ++i) {
    RC_ASSERT(zone.rfc3339(at_us) == expected(name, at_us));
    const std::int64_t steps = *rc::gen::inRange<std::int64_t>(-50, 50);
    at_us = std::clamp<std::int64_t>(at_us + steps * step_us, 0, year_2200_us - 1);
  }
}

TEST(Rfc3339, IsExactAroundEveryTransitionOfEveryZone) {
  ASSERT_GT(zones().size(), 300U);
  std::mt19937_64 random(7);
  std::size_t checked = 0;
  for (const std::string& name : zones()) {
    std::vector<std::int64_t> times;
    for (const std::int64_t at_us : transitions_us(name)) {
      for (const std::int64_t around_s : {-86'400, -3'600, -1, 0, 1, 3'600, 86'399, 86'400}) {
        times.push_back(at_us + around_s * second_us);
      }
      times.push_back(at_us - 1);
    }
    std::erase_if(times, [](std::int64_t at_us) { return at_us < 0; });
    TimeZone zone = *TimeZone::find(name);
    const auto check = [&] {
      for (const std::int64_t at_us : times) {
        ASSERT_EQ(zone.rfc3339(at_us), expected(name, at_us)) << name << " at " << at_us;
      }
      checked += times.size();
    };
    check();
    std::shuffle(times.begin(), times.end(), random);
    check();
  }
  EXPECT_GT(checked, 100'000U);
}

TEST(Rfc3339, IsAppended) {
  TimeZone seoul = *TimeZone::find("Asia/Seoul");
  std::string text = "at ";
  for (const std::int64_t at_us : {1'795'402'800'000'000, 1'795'402'800'500'000,
                                   1'795'402'800'000'001, 1'795'402'799'999'999}) {
    seoul.append_rfc3339(at_us, text);
    text += ' ';
  }
  EXPECT_EQ(text,
            "at 2026-11-23T12:00:00+09:00 2026-11-23T12:00:00.500+09:00 "
            "2026-11-23T12:00:00.000001+09:00 2026-11-23T11:59:59.999999+09:00 ");
  TimeZone utc = TimeZone::utc();
  EXPECT_EQ(utc.rfc3339(0), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(utc.rfc3339(-1), "1969-12-31T23:59:59.999999+00:00");
  EXPECT_EQ(utc.rfc3339(year_2200_us - second_us), "2199-12-31T23:59:59+00:00");
}

}  // namespace
}  // namespace message_history
