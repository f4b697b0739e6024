#include "ingest/apply/batch_work.h"

#include <limits>

namespace message_history {

namespace {

constexpr Span all_time{std::numeric_limits<std::int64_t>::min(),
                        std::numeric_limits<std::int64_t>::max()};

}  // namespace

bool BatchWork::is_past(const crm::Event& event) {
  return std::visit(
      [this](const auto& known) {
        using Known = std::decay_t<decltype(known)>;
        if constexpr (std::is_same_v<Known, const crm_event_delivery*> ||
                      std::is_same_v<Known, const crm_event_touch*>) {
          return known->head.at_us < cutoff_us_;
        } else if constexpr (std::is_same_v<Known, const crm_event_order*> ||
                             std::is_same_v<Known, const crm_event_refund*>) {
          // What is reported now of an order that is gone would count it again.
          return known->head.at_us < cutoff_us_ ||
                 store_.is_past_order(crm::view(known->order_id), cutoff_us_);
        } else {
          return false;
        }
      },
      event);
}

std::optional<std::string> BatchWork::apply(const crm::Event& event) {
  return std::visit(
      [this](const auto& known) -> std::optional<std::string> {
        using Known = std::decay_t<decltype(known)>;
        if constexpr (std::is_same_v<Known, const crm_event_message*> ||
                      std::is_same_v<Known, const crm_event_member_erased*>) {
          take(*known);
        } else if constexpr (std::is_same_v<Known, const crm_event_delivery*>) {
          if (auto why = deliveries_.why_unlinkable(*known)) return why;
          deliveries_.apply(*known);
        } else if constexpr (std::is_pointer_v<Known>) {
          orders_.apply(*known);
        }
        return {};
      },
      event);
}

void BatchWork::take(const crm_event_message& event) {
  MessageRow& row = messages_.of(crm::view(event.message_id));
  MessageReport::raise(
      row.report.facts,
      MessageFacts{event.head.at_us, static_cast<MessageState>(event.state),
                   static_cast<MessageKind>(event.message_kind),
                   static_cast<Channel>(event.channel), std::string(crm::view(event.name))});
  if ((event.head.flags & CRM_MESSAGE_HAS_SCHEDULED_AT) != 0) {
    MessageReport::raise(row.report.scheduled_at_us,
                         StampedValue{event.head.at_us, event.scheduled_at_us});
  }
  if ((event.head.flags & CRM_MESSAGE_HAS_AUDIENCE) != 0) {
    MessageReport::raise(row.report.audience, StampedValue{event.head.at_us, event.audience});
  }
  messages_.touch_activity(row, event.head.at_us);
}

void BatchWork::take(const crm_event_member_erased& event) {
  const std::string member_id(crm::view(event.member_id));
  const MemberNo was_live = members_.identity(member_id).live;
  if (!members_.erase(member_id, event.head.at_us)) return;
  store_.redact_quarantine(members_.key(member_id));
  // Everything filed so far must be in the store before it can be found by member.
  deliveries_.flush_rows();
  orders_.flush_rows();
  const MemberIdentity identity = members_.identity(member_id);
  store_.drop_past(identity.erased);
  store_.drop_past(was_live);
  if (!was_live) return;
  if (was_live == identity.erased) {
    // Everything has the pseudonym now, and only what came later goes back to the id.
    move_what_is_filed(member_id, identity, was_live, {event.head.at_us + 1, all_time.to_us});
    return;
  }
  const bool some_stay = move_what_is_filed(member_id, identity, was_live, all_time);
  if (!some_stay) members_.forget_live(member_id);
}

// Sorts what is filed under the member in this time: up to the erasure to the pseudonym, later to
// the id. Returns whether something stays where it is. Deliveries are filed at or after their first
// report, by which they are sorted.
bool BatchWork::move_what_is_filed(const std::string& member_id, const MemberIdentity& identity,
                                   MemberNo from, Span span) {
  bool some_stay = false;
  const auto owner = [&](std::int64_t at_us) {
    const MemberNo to =
        identity.is_erased_at(at_us) ? identity.erased : members_.at(member_id, at_us);
    some_stay |= to == from;
    return to;
  };
  for (const Delivery& row : store_.deliveries_of(from, span)) {
    const MemberNo to = owner(row.state.first_at_us());
    if (to != from) deliveries_.reassign(row, to);
  }
  for (const TouchRow& row : store_.touches_of(from, span)) {
    TouchRow moved = row;
    moved.member = owner(row.at_us);
    if (moved.member == from) continue;
    orders_.remove_touch(row);
    orders_.add_touch(moved);
  }
  for (const OrderNo number : store_.orders_of(from, span)) {
    const MemberNo to = owner(store_.order(number).placed_at_us);
    if (to != from) orders_.reassign(number, to);
  }
  return some_stay;
}

void BatchWork::quarantine(QuarantineRow row, const std::optional<std::string>& member_id) {
  if (member_id) {
    row.member = members_.key(*member_id);
    if (members_.note_erased(*member_id)) {
      row.event.clear();
      row.member.reset();
    }
  }
  store_.add_quarantine(row);
}

void BatchWork::finish() {
  deliveries_.flush_rows();
  orders_.flush_rows();
  deliveries_.count(orders_.moved());
  deliveries_.each_moved_success([this](const ChangedTouch& changed) { orders_.note(changed); });
  orders_.decide();
  messages_.flush();
}

}  // namespace message_history
