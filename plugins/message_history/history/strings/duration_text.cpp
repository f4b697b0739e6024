#include "history/strings/duration_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "model/time_units.h"

namespace message_history {

namespace {

constexpr std::int64_t days_from_us = 2 * day_us;

struct Unit {
  std::int64_t length_us;
  std::string_view ko;
  std::string_view en;
};

constexpr Unit units[] = {{day_us, "일", " d"},
                          {hour_us, "시간", " h"},
                          {minute_us, "분", " min"},
                          {second_us, "초", " s"}};

// Puts commas into the digits of [first, end).
void group_digits(std::string& text, std::size_t first, std::size_t end) {
  while (end > first + 3) text.insert(end -= 3, ",");
}

}  // namespace

std::string duration_text(std::int64_t duration_us, Locale locale) {
  std::int64_t left_us = duration_us < 0 ? -duration_us : duration_us;
  const bool in_days = left_us >= days_from_us;
  std::string text;
  int shown = 0;
  for (const Unit& unit : units) {
    if (unit.length_us == day_us && !in_days) continue;
    const std::int64_t count = left_us / unit.length_us;
    left_us -= count * unit.length_us;
    if (shown > 0) ++shown;  // a unit of zero beside a larger one takes its place silently
    if (count == 0) continue;
    if (shown > 2) break;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}{}", count, locale == Locale::en ? unit.en : unit.ko);
    if (shown == 0) shown = 1;
  }
  if (!text.empty()) return text;
  return locale == Locale::en ? "less than 1 s" : "1초 미만";
}

std::string window_text(std::int64_t window_us, Locale locale) {
  if (window_us % hour_us != 0) return duration_text(window_us, locale);
  const bool in_days = window_us >= days_from_us && window_us % day_us == 0;
  const std::int64_t count = window_us / (in_days ? day_us : hour_us);
  if (locale == Locale::ko) return fmt::format("{}{}", count, in_days ? "일" : "시간");
  return fmt::format("{} {}{}", count, in_days ? "day" : "hour", count == 1 ? "" : "s");
}

std::string count_text(std::int64_t count) {
  std::string digits = fmt::format("{}", count);
  group_digits(digits, count < 0 ? 1 : 0, digits.size());
  return digits;
}

std::string amount_text(const Amount& amount, Locale locale) {
  std::string text;
  append_decimal(amount, text);
  group_digits(text, amount.minor < 0 ? 1 : 0, std::min(text.find('.'), text.size()));
  if (locale == Locale::ko && amount.currency == "KRW") return text + "원";
  return fmt::format("{} {}", text, amount.currency);
}

std::string change_text(const Amount& change, Locale locale) {
  return (change.minor > 0 ? "+" : "") + amount_text(change, locale);
}

std::string percent_text(double fraction) {
  const double percent = std::round(fraction * 1000) / 10;
  return fmt::format("{:.1f}", percent == 0 ? 0.0 : percent);  // never "-0.0"
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::string_view names[] = {"B", "kB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < std::size(names); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, names[unit]);
}

}  // namespace message_history
