#include "ingest/apply/last_touch_finder.h"

namespace message_history {

const Touch* LastTouchFinder::winner(MemberNo member, std::int64_t placed_at_us) {
  const auto [known, is_new] = found_.try_emplace({member, placed_at_us});
  if (is_new) known->second = find(member, placed_at_us);
  return known->second ? &*known->second : nullptr;
}

// By falling rank: what a stronger kind has won is not looked for among weaker ones.
LastTouchFinder::Best LastTouchFinder::find(MemberNo member, std::int64_t placed_at_us) {
  Best best;
  const std::int64_t window_us = rule_.touch_window_max_us();
  if (window_us > 0 && store_.has_touch(member, {placed_at_us - window_us, placed_at_us})) {
    raise(best, member, TouchKind::click, placed_at_us);
    raise(best, member, TouchKind::coupon, placed_at_us);
    if (!best) raise(best, member, TouchKind::open, placed_at_us);
  }
  if (!best) raise(best, member, TouchKind::delivered, placed_at_us);
  return best;
}

void LastTouchFinder::raise(Best& best, MemberNo member, TouchKind kind,
                            std::int64_t placed_at_us) {
  const std::int64_t window_us = rule_.window_us(kind);
  if (window_us == 0) return;
  const Span span{placed_at_us - window_us, placed_at_us};
  for (TouchRow& row : store_.latest_touches(member, kind, span)) {
    Touch touch{row.kind, row.at_us, row.message, messages_.of(row.message).message_id,
                std::move(row.delivery_id)};
    if (!best || beats(touch, *best)) best = std::move(touch);
  }
}

}  // namespace message_history
