// Spans of time, counts and amounts as people say them: "3시간 12분", "3 h 12 min", "20,000".
#pragma once

#include <cstdint>
#include <string>

#include "catalog/locale.h"
#include "model/amount.h"

namespace message_history {

// The two largest units that are not zero, days from 48 hours on; a negative span as its size.
std::string duration_text(std::int64_t duration_us, Locale locale);

// Spelled out for the length of a window: "7일", "7 days"; "24시간", "24 hours".
std::string window_text(std::int64_t window_us, Locale locale);

// Digits in groups of three.
std::string count_text(std::int64_t count);

// "1,234원", "12.50 USD".
std::string amount_text(const Amount& amount, Locale locale);

// By how much an amount changes, with its sign: "+1,234원", "-12.50 USD"; "0원".
std::string change_text(const Amount& change, Locale locale);

// A fraction as percent with one decimal: 0.0123 is "1.2".
std::string percent_text(double fraction);

// "12.3 MB"; decimal units.
std::string bytes_text(std::int64_t bytes);

}  // namespace message_history
