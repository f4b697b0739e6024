#include "history/pages/order_candidates.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "history/document/attempts.h"
#include "history/document/view_cells.h"
#include "history/strings/duration_text.h"
#include "history/strings/order_text.h"
#include "history/strings/sentence.h"
#include "history/strings/terms.h"

namespace message_history {

namespace {

constexpr auto limit = static_cast<std::int64_t>(candidates_max);

Touch touch_of(ViewContext& context, MessageNo message, TouchKind kind, std::int64_t at_us,
               std::string delivery_id) {
  const auto& row = context.message(message);
  return {kind, at_us, message, row ? row->message_id : std::string(), std::move(delivery_id)};
}

OrderCandidate candidate_of(ViewContext& context, Delivery delivery) {
  OrderCandidate candidate;
  candidate.candidate.touch = touch_of(context, delivery.message, TouchKind::delivered,
                                       delivery.state.timeline_at_us(), delivery.delivery_id);
  candidate.candidate.status = delivery.state.status();
  candidate.delivery = std::move(delivery);
  return candidate;
}

OrderCandidate candidate_of(ViewContext& context, const CreditRow& credit) {
  OrderCandidate candidate;
  if (credit.touch == TouchKind::delivered) {
    candidate.delivery = context.snapshot.delivery(credit.message, credit.delivery_id);
    candidate.candidate.status = DeliveryStatus::sent;
    if (candidate.delivery) candidate.candidate.status = candidate.delivery->state.status();
  }
  candidate.candidate.touch =
      touch_of(context, credit.message, credit.touch, credit.touch_at_us, credit.delivery_id);
  return candidate;
}

bool is_credited(const Touch& touch, const CreditRow& credit) {
  if (touch.kind != credit.touch || touch.message != credit.message) return false;
  if (touch.kind == TouchKind::explicit_message) return true;
  return touch.at_us == credit.touch_at_us && touch.delivery_id == credit.delivery_id;
}

std::vector<OrderCandidate> gather(ViewContext& context, const Order& order) {
  std::vector<OrderCandidate> candidates;
  if (order.version.message) {
    OrderCandidate named;
    named.candidate.touch = touch_of(context, order.version.message, TouchKind::explicit_message,
                                     order.placed_at_us, {});
    candidates.push_back(std::move(named));
  }
  if (!is_person(order.member)) return candidates;
  const std::int64_t from_us = order.placed_at_us - candidates_before_us;
  const std::int64_t to_us = order.placed_at_us + candidates_after_us;
  for (const TouchRow& row : context.snapshot.touches_of(order.member, from_us, to_us, limit)) {
    OrderCandidate touch;
    touch.candidate.touch = touch_of(context, row.message, row.kind, row.at_us, row.delivery_id);
    candidates.push_back(std::move(touch));
  }
  for (Delivery& delivery : context.snapshot.deliveries_of(order.member, from_us, to_us, limit)) {
    candidates.push_back(candidate_of(context, std::move(delivery)));
  }
  // The newest first; of one time those that rank higher, then by the bytes of their ids.
  const auto rank = [](const OrderCandidate& one) {
    const Touch& touch = one.candidate.touch;
    return std::tie(touch.at_us, touch.kind, touch.message_id, touch.delivery_id);
  };
  std::ranges::stable_sort(candidates,
                           [&rank](const auto& a, const auto& b) { return rank(a) > rank(b); });
  return candidates;
}

void judge(const ViewContext& context, const Order& order, OrderExplanation& explanation) {
  std::vector<Candidate> plain;
  for (const OrderCandidate& one : explanation.candidates) plain.push_back(one.candidate);
  const auto judgements = explain(context.tenant.rule, plain, order.placed_at_us);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    explanation.candidates[i].judgement = judgements[i];
  }
}

// Sets the winner to what is stored, and notes when the present rule would have chosen otherwise.
void settle(const std::optional<CreditRow>& credit, OrderExplanation& explanation) {
  for (std::size_t i = 0; i < explanation.candidates.size(); ++i) {
    OrderCandidate& one = explanation.candidates[i];
    const bool is_winner =
        credit && !explanation.winner && is_credited(one.candidate.touch, *credit);
    if (is_winner) explanation.winner = i;
    if (is_winner != (one.judgement.verdict == Verdict::won)) explanation.differs = true;
  }
}

std::string not_reached_text(ViewContext& context, const OrderCandidate& one) {
  switch (one.candidate.status) {
    case DeliveryStatus::held_out:
      return std::string(context.text(texts::why_held_out));
    case DeliveryStatus::skipped:
      return std::string(context.text(texts::why_skipped));
    case DeliveryStatus::failed:
      break;
    default:
      return std::string(context.text(texts::why_pending));
  }
  const std::string* code = one.delivery ? standing_code(*one.delivery) : nullptr;
  if (code == nullptr) return std::string(context.text(texts::why_failed_plain));
  const Route& route = context.route(one.delivery->state.route());
  return sentence(context, texts::why_failed, raw_code({route.channel, route.provider, *code}));
}

}  // namespace

OrderExplanation explain_order(ViewContext& context, const Order& order,
                               const std::optional<CreditRow>& credit) {
  OrderExplanation explanation;
  auto& candidates = explanation.candidates;
  candidates = gather(context, order);
  const auto is_winner = [&credit](const OrderCandidate& one) {
    return credit && is_credited(one.candidate.touch, *credit);
  };
  const auto winner = std::ranges::find_if(candidates, is_winner);
  const bool is_kept = winner - candidates.begin() < static_cast<std::ptrdiff_t>(candidates_max);
  if (credit && (winner == candidates.end() || !is_kept)) {
    if (candidates.size() >= candidates_max) candidates.resize(candidates_max - 1);
    candidates.push_back(candidate_of(context, *credit));
  } else if (candidates.size() > candidates_max) {
    candidates.resize(candidates_max);
  }
  judge(context, order, explanation);
  settle(credit, explanation);
  return explanation;
}

std::string why_text(ViewContext& context, const OrderExplanation& explanation, std::size_t index) {
  const OrderCandidate& one = explanation.candidates[index];
  const Touch& touch = one.candidate.touch;
  const Judgement& judgement = one.judgement;
  const Locale locale = context.locale();
  const std::string_view kind = context.text(term_of(touch.kind).label);
  const auto winner = std::ranges::find(explanation.candidates, Verdict::won,
                                        [](const auto& each) { return each.judgement.verdict; });
  const Touch* const won =
      winner == explanation.candidates.end() ? nullptr : &winner->candidate.touch;
  switch (judgement.verdict) {
    case Verdict::won:
      return std::string(context.text(
          touch.kind == TouchKind::explicit_message ? texts::why_won_by_name : texts::why_won));
    case Verdict::outranked:
      return sentence(context, texts::why_outranked,
                      context.text(term_of(won == nullptr ? touch.kind : won->kind).label));
    case Verdict::earlier:
      if (won == nullptr || won->at_us == touch.at_us) {
        return std::string(context.text(texts::why_tied));
      }
      return sentence(context, texts::why_earlier, duration_text(won->at_us - touch.at_us, locale));
    case Verdict::outside_window:
      return sentence(context, texts::why_outside,
                      window_text(context.tenant.rule.window_us(touch.kind), locale),
                      duration_text(judgement.missed_by_us, locale));
    case Verdict::after_order:
      return sentence(context, texts::why_after, duration_text(judgement.missed_by_us, locale));
    case Verdict::switched_off:
      return sentence(context, texts::why_off, kind);
    case Verdict::not_reached:
      break;
  }
  return not_reached_text(context, one);
}

}  // namespace message_history
