// The spans of days that periods of automatic messages are summed up in: single days and sixteens,
// so that a long period adds up few rows a message.
#pragma once

#include <cstdint>

namespace message_history::sqlite {

// The larger is a power of two; the statements of writer_lists.cpp name both.
inline constexpr std::int32_t period_spans[] = {1, 16};

// The first day of the span of so many days that holds the day; also for days before 1970.
constexpr std::int32_t first_of_span(std::int32_t day, std::int32_t days) {
  return day & ~(days - 1);
}

}  // namespace message_history::sqlite
