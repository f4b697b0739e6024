#include "attribution/latest_touches.h"

#include <tuple>

namespace message_history {

bool LatestTouches::beats(const SweptTouch& a, const SweptTouch& b) const {
  const auto key = [this](const SweptTouch& touch) {
    return std::make_tuple(
        rank_of(touch.kind), touch.at_us,
        std::string_view(message_ids_[static_cast<std::size_t>(touch.message.value)]),
        touch.delivery_id, touch.kind);
  };
  return key(a) > key(b);
}

void LatestTouches::add(const SweptTouch& touch) {
  const std::size_t kind = static_cast<std::size_t>(touch.kind) - 1;
  if (has_[kind] && touch.at_us == latest_[kind].at_us && !beats(touch, latest_[kind])) return;
  has_[kind] = true;
  delivery_ids_[kind].assign(touch.delivery_id);
  latest_[kind] = touch;
  latest_[kind].delivery_id = delivery_ids_[kind];
}

const SweptTouch* LatestTouches::winner(const Rule& rule, std::int64_t order_at_us) const {
  const SweptTouch* winner = nullptr;
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    if (!has_[kind] || !qualifies(rule, latest_[kind].kind, latest_[kind].at_us, order_at_us)) {
      continue;
    }
    if (winner == nullptr || beats(latest_[kind], *winner)) winner = &latest_[kind];
  }
  return winner;
}

}  // namespace message_history
