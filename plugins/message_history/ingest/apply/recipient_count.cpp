// How the deliveries of a batch change the counters: recipients before and after, and control
// groups.

#include <algorithm>

#include "ingest/apply/delivery_work.h"

namespace message_history {

namespace {

constexpr std::int64_t settle_page_deliveries = 1'000;

std::int64_t& counter_of(RecipientCounts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return counts.success;
    case Outcome::failed:
      return counts.failed;
    case Outcome::excluded:
      return counts.excluded;
    case Outcome::none:
    case Outcome::pending:
      break;
  }
  return counts.pending;
}

std::int64_t& counter_of(DayCounts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return counts.success;
    case Outcome::failed:
      return counts.failed;
    case Outcome::excluded:
      return counts.excluded;
    case Outcome::none:
    case Outcome::pending:
      break;
  }
  return counts.pending;
}

}  // namespace

// Visits the recipients of the batch: as they were before it with -1, as they are after it with +1.
template <class Visit>
void DeliveryWork::each_group(const Visit& visit) const {
  std::map<ChainNo, std::vector<const Delivery*>> chains_before;
  std::map<ChainNo, std::vector<const Delivery*>> chains_after;
  for (const Entry& entry : entries_) {
    if (entry.is_absent) continue;
    const bool changed = entry.changed();
    const auto take = [&](const Delivery* row, auto& chains, int sign) {
      if (row->state.chain) {
        chains[row->state.chain].push_back(row);
      } else if (changed) {  // else it would add and subtract the same
        visit(Group(&row, 1), sign);
      }
    };
    if (entry.before != nullptr) take(entry.before, chains_before, -1);
    take(&entry.now, chains_after, +1);
  }
  for (const auto& [chain, group] : chains_before) visit(Group(group), -1);
  for (const auto& [chain, group] : chains_after) visit(Group(group), +1);
}

void DeliveryWork::add(Group group, int sign) {
  const Recipient recipient = recipient_of(group);
  if (recipient.outcome == Outcome::none) return;
  const MessageNo message = group.front()->message;
  RecipientCounts& counts = messages_.of(message).counts.recipients;
  counter_of(counts, recipient.outcome) += sign;
  if (recipient.outcome == Outcome::success && recipient.delivered) counts.delivered += sign;
  if (recipient.held_out) counts.held_out += sign;
  const std::int32_t day = zone_.day_of(recipient.first_at_us);
  counter_of(messages_.day(message, day), recipient.outcome) += sign;
  if (recipient.last_failure != nullptr) {
    const StatusMark& failed = *recipient.last_failure->state.mark(DeliveryStatus::failed);
    messages_.failure(message, failed.route, failed.code).unreached += sign;
  }
}

void DeliveryWork::add_attempt(const Delivery& delivery, int sign) {
  const DeliveryState& state = delivery.state;
  if (state.status() == DeliveryStatus::failed) {
    const StatusMark& failed = *state.mark(DeliveryStatus::failed);
    messages_.failure(delivery.message, failed.route, failed.code).attempts += sign;
  }
  if (state.cost) {
    messages_.money(delivery.message, state.cost->currency).cost_minor +=
        sign * state.cost->amount_minor;
  }
}

void DeliveryWork::add_conversion(Group group, int sign) {
  const bool any = std::any_of(group.begin(), group.end(),
                               [](const Delivery* attempt) { return attempt->state.converted; });
  if (!any) return;
  const Recipient recipient = recipient_of(group);
  if (!recipient.converted) return;
  RecipientCounts& counts = messages_.of(group.front()->message).counts.recipients;
  if (recipient.held_out) counts.converted_held_out += sign;
  if (recipient.outcome == Outcome::success) counts.converted_reached += sign;
}

void DeliveryWork::count(const std::vector<MovedOrder>& orders) {
  std::map<MessageNo, bool> control_before;
  MessageNo last;
  for (const Entry& entry : entries_) {
    const MessageNo message = entry.now.message;
    if (entry.is_absent || message == last || control_before.contains(message)) continue;
    control_before[message] = messages_.of(message).counts.recipients.held_out > 0;
    last = message;
  }
  each_group([this](Group group, int sign) {
    for (const Delivery* attempt : group) add_attempt(*attempt, sign);
    add(group, sign);
  });

  settle_conversions(orders, control_before);
  if (any_converted_) {
    each_group([this](Group group, int sign) { add_conversion(group, sign); });
  }
  flush_rows();
}

bool DeliveryWork::is_converted(const Recipient& recipient) {
  if (!recipient.anchor_at_us || !is_person(recipient.member)) return false;
  const std::int64_t anchor_us = *recipient.anchor_at_us;
  return store_
      .next_order(recipient.member, {anchor_us, {}}, anchor_us + rule_.conversion_window_us)
      .has_value();
}

// Brings one recipient's mark in line: it sits on the chain's first delivery and nowhere else.
void DeliveryWork::settle(Entry& entry) {
  const std::vector<Entry*> attempts = group_of(entry);
  std::vector<const Delivery*> rows;
  for (const Entry* attempt : attempts) rows.push_back(&attempt->now);
  const bool control = messages_.of(entry.now.message).counts.recipients.held_out > 0;
  const bool converted = control && is_converted(recipient_of(rows));
  Entry* first = *std::min_element(attempts.begin(), attempts.end(), [](auto* a, auto* b) {
    return a->now.delivery_id < b->now.delivery_id;
  });
  any_converted_ |= converted;
  for (Entry* attempt : attempts) {
    change(*attempt);
    attempt->now.state.converted = converted && attempt == first;
  }
}

// A message got its first control group, or lost its last: every recipient's mark is looked at
// once.
void DeliveryWork::settle_message(MessageNo message) {
  const bool control = messages_.of(message).counts.recipients.held_out > 0;
  std::string after_id;
  while (true) {
    auto page = store_.deliveries(message, after_id, settle_page_deliveries);
    if (page.empty()) return;
    after_id = page.back().delivery_id;
    for (Delivery& row : page) {
      if (!row.state.chain) {
        const Delivery* alone = &row;
        const bool converted = control && is_converted(recipient_of({&alone, 1}));
        if (converted == row.state.converted) continue;  // not worth keeping in memory
      }
      load_chain(row.state.chain);
      settle(adopt(std::move(row)));
    }
  }
}

// The deliveries that an order which came or went has to do with: whoever was reached before the
// member's order before it has converted by that one.
Span DeliveryWork::reached_for(const MovedOrder& order) {
  const std::int64_t placed_us = order.place.placed_at_us;
  const std::int64_t from_us = placed_us - rule_.conversion_window_us;
  const auto before = store_.previous_order(order.member, order.place, from_us);
  return {before ? before->place.placed_at_us + 1 : from_us, placed_us};
}

void DeliveryWork::settle_conversions(const std::vector<MovedOrder>& orders,
                                      const std::map<MessageNo, bool>& control_before) {
  for (const auto& [message, had_control] : control_before) {
    const bool has_control = messages_.of(message).counts.recipients.held_out > 0;
    if (has_control != had_control) settle_message(message);
  }
  const bool any_control =
      std::any_of(control_before.begin(), control_before.end(), [this](const auto& known) {
        return messages_.of(known.first).counts.recipients.held_out > 0;
      });
  std::vector<Entry*> changed;
  for (Entry& entry : entries_) {
    if (!any_control) break;
    if (entry.is_absent || (!entry.changed() && !entry.now.state.chain)) continue;
    if (messages_.of(entry.now.message).counts.recipients.held_out > 0) changed.push_back(&entry);
  }
  for (Entry* entry : changed) settle(*entry);

  if (orders.empty() || !store_.has_control_groups()) return;
  for (const MovedOrder& order : orders) {
    for (Delivery& row : store_.deliveries_of(order.member, reached_for(order))) {
      if (messages_.of(row.message).counts.recipients.held_out == 0) continue;
      load_chain(row.state.chain);
      settle(adopt(std::move(row)));
    }
  }
}

}  // namespace message_history
