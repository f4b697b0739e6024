#include "model/recipient.h"

#include <algorithm>
#include <tuple>

namespace message_history {

namespace {

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

std::uint8_t AttemptsSeen::bits_of(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::unreported:
      return 0;
    case DeliveryStatus::skipped:
      return any_bit;
    case DeliveryStatus::held_out:
      return any_bit | held_out_bit;
    case DeliveryStatus::accepted:
    case DeliveryStatus::uncertain:
      return any_bit | pending_bit;
    case DeliveryStatus::sent:
      return any_bit | success_bit;
    case DeliveryStatus::failed:
      return any_bit | failed_bit;
    case DeliveryStatus::delivered:
      return any_bit | success_bit | delivered_bit;
  }
  return 0;
}

void AttemptsSeen::add(const DeliveryState& attempt) {
  const std::uint8_t bits = bits_of(attempt.status());
  if (bits == 0) return;
  bits_ |= bits;
  if (attempt.converted) bits_ |= converted_bit;
}

Outcome AttemptsSeen::outcome() const {
  if (!has(any_bit)) return Outcome::none;
  if (has(success_bit)) return Outcome::success;
  if (has(pending_bit)) return Outcome::pending;
  return has(failed_bit) ? Outcome::failed : Outcome::excluded;
}

void AttemptsSeen::count(std::int64_t recipients, RecipientCounts& counts) const {
  switch (outcome()) {
    case Outcome::none:
      return;
    case Outcome::success:
      counts.success += recipients;
      if (delivered()) counts.delivered += recipients;
      if (converted()) counts.converted_reached += recipients;
      return;
    case Outcome::failed:
      counts.failed += recipients;
      return;
    case Outcome::pending:
      counts.pending += recipients;
      return;
    case Outcome::excluded:
      counts.excluded += recipients;
      if (!held_out()) return;
      counts.held_out += recipients;
      if (converted()) counts.converted_held_out += recipients;
      return;
  }
}

Recipient recipient_of(std::span<const Delivery* const> attempts) {
  Recipient recipient;
  AttemptsSeen seen;
  std::optional<std::int64_t> first, success, held_out;
  for (const Delivery* attempt : attempts) {
    const DeliveryState& state = attempt->state;
    const DeliveryStatus status = state.status();
    if (status == DeliveryStatus::unreported) continue;
    seen.add(state);
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
  recipient.outcome = seen.outcome();
  recipient.delivered = seen.delivered();
  recipient.converted = seen.converted();
  recipient.first_at_us = first.value_or(0);
  recipient.held_out = recipient.outcome == Outcome::excluded && held_out.has_value();
  if (recipient.outcome == Outcome::success) recipient.anchor_at_us = success;
  if (recipient.held_out) recipient.anchor_at_us = held_out;
  if (recipient.outcome != Outcome::failed) recipient.last_failure = nullptr;
  return recipient;
}

}  // namespace message_history
