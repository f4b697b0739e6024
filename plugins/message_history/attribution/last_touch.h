// Last-touch attribution: which touch an order is credited to, and why the others lost. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attribution/rule.h"
#include "model/delivery.h"
#include "model/ids.h"

namespace message_history {

struct Touch {
  TouchKind kind = TouchKind::delivered;
  std::int64_t at_us = 0;
  MessageNo message;
  std::string message_id;   // ties go by its bytes
  std::string delivery_id;  // empty when not known
};

// Higher beats lower; click and coupon are equals.
int rank_of(TouchKind kind);

// Whether a touch of this kind at that time can be credited with an order.
bool qualifies(const Rule& rule, TouchKind kind, std::int64_t touch_at_us,
               std::int64_t order_at_us);

// Whether `a` beats `b`; both qualify.
bool beats(const Touch& a, const Touch& b);

// The index of the touch that gets the order; empty when none qualifies.
std::optional<std::size_t> last_touch(const Rule& rule, std::span<const Touch> touches,
                                      std::int64_t order_at_us);

enum class Verdict : std::uint8_t {
  won,
  outranked,       // a stronger kind of touch took it
  earlier,         // same rank, but not the latest
  outside_window,  // by Judgement::missed_by_us
  after_order,     // came later, by missed_by_us
  switched_off,    // the rule does not count this kind
  not_reached,     // the delivery did not succeed
};

struct Candidate {
  Touch touch;
  DeliveryStatus status =
      DeliveryStatus::unreported;  // of a delivery; unreported for other touches
};

struct Judgement {
  Verdict verdict = Verdict::outranked;
  std::int64_t missed_by_us = 0;
  std::int64_t window_left_us = 0;  // of the winner, and of those that qualified
};

// One judgement a candidate, in the same order.
std::vector<Judgement> explain(const Rule& rule, std::span<const Candidate> candidates,
                               std::int64_t order_at_us);

}  // namespace message_history
