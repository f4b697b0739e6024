// Everything an order could have been credited to, each with its verdict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "attribution/last_touch.h"
#include "attribution/rule.h"
#include "history/request/view_context.h"
#include "model/delivery.h"
#include "model/order.h"
#include "store/rows.h"

namespace message_history {

// How far around the order candidates are looked for, and how many are shown.
inline constexpr std::int64_t candidates_before_us = 30 * day_us;
inline constexpr std::int64_t candidates_after_us = day_us;
inline constexpr std::size_t candidates_max = 50;

struct OrderCandidate {
  Candidate candidate;
  Judgement judgement;
  std::optional<Delivery> delivery;  // of a candidate that is one
};

struct OrderExplanation {
  std::vector<OrderCandidate> candidates;  // newest first
  std::optional<std::size_t> winner;       // the one the stored credit names
  bool differs = false;                    // the present rule decides otherwise than what is stored
};

OrderExplanation explain_order(ViewContext& context, const Order& order,
                               const std::optional<CreditRow>& credit);

// Why the candidate got the order, or did not, as a sentence.
std::string why_text(ViewContext& context, const OrderExplanation& explanation, std::size_t index);

}  // namespace message_history
