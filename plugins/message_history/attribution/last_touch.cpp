#include "attribution/last_touch.h"

#include <tuple>

namespace message_history {

int rank_of(TouchKind kind) {
  switch (kind) {
    case TouchKind::delivered:
      return 1;
    case TouchKind::open:
      return 2;
    case TouchKind::click:
    case TouchKind::coupon:
      return 3;
    case TouchKind::explicit_message:
      return 4;
  }
  return 0;
}

namespace {

bool is_delivery(const Candidate& candidate) {
  return candidate.touch.kind == TouchKind::delivered;
}

}  // namespace

bool qualifies(const Rule& rule, TouchKind kind, std::int64_t touch_at_us,
               std::int64_t order_at_us) {
  if (kind == TouchKind::explicit_message) return true;
  const std::int64_t window_us = rule.window_us(kind);
  return window_us > 0 && touch_at_us <= order_at_us && order_at_us - touch_at_us <= window_us;
}

bool beats(const Touch& a, const Touch& b) {
  const auto key = [](const Touch& touch) {
    // The kind comes last only to make the order total: a click and a coupon at one time are
    // equals.
    return std::make_tuple(rank_of(touch.kind), touch.at_us, std::string_view(touch.message_id),
                           std::string_view(touch.delivery_id), touch.kind);
  };
  return key(a) > key(b);
}

std::optional<std::size_t> last_touch(const Rule& rule, std::span<const Touch> touches,
                                      std::int64_t order_at_us) {
  std::optional<std::size_t> winner;
  for (std::size_t i = 0; i < touches.size(); ++i) {
    if (!qualifies(rule, touches[i].kind, touches[i].at_us, order_at_us)) continue;
    if (!winner || beats(touches[i], touches[*winner])) winner = i;
  }
  return winner;
}

std::vector<Judgement> explain(const Rule& rule, std::span<const Candidate> candidates,
                               std::int64_t order_at_us) {
  std::vector<Judgement> judgements(candidates.size());
  std::optional<std::size_t> winner;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Touch& touch = candidates[i].touch;
    Judgement& judgement = judgements[i];
    const std::int64_t window_us = rule.window_us(touch.kind);
    if (is_delivery(candidates[i]) && !is_success(candidates[i].status)) {
      judgement.verdict = Verdict::not_reached;
    } else if (touch.kind != TouchKind::explicit_message && window_us == 0) {
      judgement.verdict = Verdict::switched_off;
    } else if (touch.at_us > order_at_us) {
      judgement = {Verdict::after_order, touch.at_us - order_at_us, 0};
    } else if (!qualifies(rule, touch.kind, touch.at_us, order_at_us)) {
      judgement = {Verdict::outside_window, order_at_us - touch.at_us - window_us, 0};
    } else {
      judgement.window_left_us = window_us - (order_at_us - touch.at_us);
      if (!winner || beats(touch, candidates[*winner].touch)) winner = i;
      judgement.verdict = Verdict::won;  // settled below, once the winner is known
    }
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (judgements[i].verdict != Verdict::won || i == winner) continue;
    const bool same_rank =
        rank_of(candidates[i].touch.kind) == rank_of(candidates[*winner].touch.kind);
    judgements[i].verdict = same_rank ? Verdict::earlier : Verdict::outranked;
  }
  return judgements;
}

}  // namespace message_history
