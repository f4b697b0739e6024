#include "model/recipient.h"

#include <algorithm>
#include <tuple>

namespace message_history {

namespace {

struct Attempts {
  bool any = false;
  bool success = false;
  bool failed = false;
  bool pending = false;
};

Outcome outcome_of(const Attempts& attempts) {
  if (!attempts.any) return Outcome::none;
  if (attempts.success) return Outcome::success;
  if (attempts.pending) return Outcome::pending;
  return attempts.failed ? Outcome::failed : Outcome::excluded;
}

bool failed_later(const Delivery& a, const Delivery& b) {
  const auto key = [](const Delivery& delivery) {
    return std::tie(delivery.state.mark(DeliveryStatus::failed)->at_us, delivery.delivery_id);
  };
  return key(a) > key(b);
}

void lower(std::optional<std::int64_t>& earliest, std::int64_t at_us) {
  if (!earliest || at_us < *earliest) earliest = at_us;
}

}  // namespace

Recipient recipient_of(std::span<const Delivery* const> attempts) {
  Recipient recipient;
  Attempts seen;
  std::optional<std::int64_t> first, success, held_out;
  for (const Delivery* attempt : attempts) {
    const DeliveryState& state = attempt->state;
    const DeliveryStatus status = state.status();
    if (status == DeliveryStatus::unreported) continue;
    seen.any = true;
    seen.success |= is_success(status);
    seen.failed |= status == DeliveryStatus::failed;
    seen.pending |= status == DeliveryStatus::accepted || status == DeliveryStatus::uncertain;
    recipient.delivered |= status == DeliveryStatus::delivered;
    recipient.converted |= state.converted;
    lower(first, state.first_at_us());
    if (const auto at_us = state.success_at_us()) lower(success, *at_us);
    if (status == DeliveryStatus::held_out) lower(held_out, state.first_at_us());
    if (status == DeliveryStatus::failed &&
        (recipient.last_failure == nullptr || failed_later(*attempt, *recipient.last_failure))) {
      recipient.last_failure = attempt;
    }
    if (!recipient.member) {
      recipient.member = state.member;
    } else if (recipient.member != state.member) {
      recipient.member = member_ambiguous;
    }
  }
  recipient.outcome = outcome_of(seen);
  recipient.first_at_us = first.value_or(0);
  recipient.held_out = recipient.outcome == Outcome::excluded && held_out.has_value();
  if (recipient.outcome == Outcome::success) recipient.anchor_at_us = success;
  if (recipient.held_out) recipient.anchor_at_us = held_out;
  if (recipient.outcome != Outcome::failed) recipient.last_failure = nullptr;
  return recipient;
}

}  // namespace message_history
