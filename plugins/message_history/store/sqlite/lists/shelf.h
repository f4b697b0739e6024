// Shelves: how the tables of lists number the groups of messages.
//
// A shelf holds the messages of one kind, channel and result listed under one span of 64 days, so
// that a list with any filter is merged from few sorted runs, and only the two shelves at the ends
// of a range of days hold messages outside it.
#pragma once

#include <cstdint>

#include "store/message_list.h"

namespace message_history::sqlite {

inline constexpr std::int32_t shelf_days = 64;

struct Shelf {
  MessageKind kind = MessageKind::manual;
  Channel channel = Channel::other;
  MessageResult result = MessageResult::unannounced;
  std::int32_t first_day = 0;
  std::int32_t last_day() const { return first_day + shelf_days - 1; }
};

inline constexpr std::int64_t shelf_spans = 2048;  // to the year 2328
inline constexpr std::int64_t shelf_results = 16;
inline constexpr std::int64_t shelf_channels = 16;
inline constexpr std::int64_t shelves_of_a_kind = shelf_channels * shelf_results * shelf_spans;
static_assert(channel_count <= shelf_channels);
static_assert(message_results <= shelf_results);

constexpr std::int64_t shelf_number(const ListGroup& group) {
  // West of Greenwich the first day there can be is -1.
  const std::int64_t span = (group.day + shelf_days) / shelf_days;
  const std::int64_t channel =
      static_cast<std::int64_t>(group.kind) * shelf_channels + static_cast<int>(group.channel);
  return (channel * shelf_results + static_cast<int>(group.result)) * shelf_spans + span;
}

constexpr Shelf shelf_of(std::int64_t number) {
  const std::int64_t span = number % shelf_spans;
  const std::int64_t result = number / shelf_spans % shelf_results;
  const std::int64_t channel = number / shelf_spans / shelf_results % shelf_channels;
  return {static_cast<MessageKind>(number / shelves_of_a_kind), static_cast<Channel>(channel),
          static_cast<MessageResult>(result), static_cast<std::int32_t>((span - 1) * shelf_days)};
}

}  // namespace message_history::sqlite
