// Last-touch attribution of one member's orders in one sweep over time: each touch and each order
// costs the same, however many there are. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "attribution/last_touch.h"

namespace message_history {

// Message ids by number; ties between touches go by their bytes.
using MessageIds = std::vector<std::string>;

// A touch as it is swept over; views live as long as the call.
struct SweptTouch {
  TouchKind kind = TouchKind::delivered;
  std::int64_t at_us = 0;
  MessageNo message;
  std::string_view delivery_id;
};

// The latest touch of each kind so far. Touches are added as time goes; at any moment, the winner
// of an order placed then is what last_touch() says of all touches added.
class LatestTouches {
 public:
  // `message_ids` outlives the object.
  explicit LatestTouches(const MessageIds& message_ids) : message_ids_(message_ids) {}

  void clear() { has_.fill(false); }
  void add(const SweptTouch& touch);

  // NULL when none qualifies. Valid until the next change.
  const SweptTouch* winner(const Rule& rule, std::int64_t order_at_us) const;

 private:
  static constexpr std::size_t kind_count = 5;

  bool beats(const SweptTouch& a, const SweptTouch& b) const;

  const MessageIds& message_ids_;
  std::array<bool, kind_count> has_{};
  std::array<SweptTouch, kind_count> latest_;
  std::array<std::string, kind_count> delivery_ids_;  // of latest_
};

}  // namespace message_history
