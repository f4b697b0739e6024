#include "ingest/apply/delivery_work.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cassert>

namespace message_history {

namespace {

constexpr std::size_t routes_known_max = 16;

}  // namespace

DeliveryWork::Entry* DeliveryWork::known(const Name& name) {
  const auto name_of = [](const Entry* entry) {
    return Name{entry->now.message, entry->now.delivery_id};
  };
  const auto named = std::ranges::lower_bound(named_, name, {}, name_of);
  if (named != named_.end() && name_of(*named) == name) return *named;
  const auto other = others_.find(name);
  return other == others_.end() ? nullptr : other->second;
}

DeliveryWork::Entry& DeliveryWork::add_entry(MessageNo message, std::string_view delivery_id) {
  Entry& entry = entries_.emplace_back(&memory_);
  entry.now.message = message;
  entry.now.delivery_id = delivery_id;
  return entry;
}

DeliveryWork::Entry& DeliveryWork::adopt(Delivery row) {
  Entry* entry = known({row.message, row.delivery_id});
  if (entry != nullptr && !entry->is_absent) return *entry;
  if (entry == nullptr) {
    entry = &add_entry(row.message, row.delivery_id);
    others_.emplace(Name{row.message, entry->now.delivery_id}, entry);
  }
  take_stored(*entry, stored_.emplace_back(std::move(row)));
  return *entry;
}

// `row` stays where it is.
void DeliveryWork::take_stored(Entry& entry, const Delivery& row) {
  entry.is_absent = false;
  entry.now.state = row.state;
  entry.before = &row;
  any_converted_ |= row.state.converted;
  if (const ChainNo chain = row.state.chain) chains_[chain].push_back(&entry);
}

// Before an entry changes.
void DeliveryWork::change(Entry& entry) {
  if (entry.is_unsaved) return;
  entry.is_unsaved = any_unsaved_ = true;
  if (entry.before != nullptr || entry.is_rewritten) entry.filed = filed(entry.now.state);
}

void DeliveryWork::load_chain(ChainNo chain) {
  if (!chain || chains_.contains(chain)) return;
  for (Delivery& row : store_.chain(chain)) adopt(std::move(row));
}

DeliveryWork::Entry* DeliveryWork::find(MessageNo message, std::string_view delivery_id) {
  if (Entry* entry = known({message, delivery_id})) return entry->is_absent ? nullptr : entry;
  if (messages_.is_new(message)) return nullptr;
  auto row = store_.delivery(message, delivery_id);
  if (!row) return nullptr;
  load_chain(row->state.chain);
  return &adopt(std::move(*row));
}

DeliveryWork::Entry& DeliveryWork::at(MessageNo message, std::string_view delivery_id) {
  if (Entry* entry = find(message, delivery_id)) return *entry;
  if (Entry* entry = known({message, delivery_id})) {
    entry->is_absent = false;
    return *entry;
  }
  Entry& entry = add_entry(message, delivery_id);
  others_.emplace(Name{message, entry.now.delivery_id}, &entry);
  return entry;
}

std::vector<DeliveryWork::Entry*> DeliveryWork::group_of(Entry& entry) {
  if (!entry.now.state.chain) return {&entry};
  return chains_[entry.now.state.chain];
}

std::size_t DeliveryWork::chain_size(const Entry* entry) {
  if (entry == nullptr || !entry->now.state.chain) return 1;
  return chains_[entry->now.state.chain].size();
}

std::optional<std::string> DeliveryWork::why_unlinkable(const crm_event_delivery& event) {
  if (event.fallback_of.size == 0) return {};
  const auto message = messages_.find(crm::view(event.message_id));
  if (!message) return {};
  const Entry* replacement = find(*message, crm::view(event.delivery_id));
  const Entry* original = find(*message, crm::view(event.fallback_of));
  const bool joined = replacement != nullptr && original != nullptr &&
                      replacement->now.state.chain &&
                      replacement->now.state.chain == original->now.state.chain;
  if (joined || chain_size(replacement) + chain_size(original) <= CRM_CHAIN_ATTEMPTS_MAX) return {};
  return fmt::format(
      "fallback_of would join more than {} deliveries into one chain; start a new "
      "chain without fallback_of",
      CRM_CHAIN_ATTEMPTS_MAX);
}

// One chain of both; the smaller takes the number of the larger.
void DeliveryWork::link(Entry& a, Entry& b) {
  ChainNo& chain_a = a.now.state.chain;
  ChainNo& chain_b = b.now.state.chain;
  if (chain_a && chain_a == chain_b) return;
  if (!chain_a && !chain_b) {
    change(a);
    change(b);
    chain_a = chain_b = store_.next_chain();
    chains_[chain_a] = {&a, &b};
    return;
  }
  Entry& into = chain_size(&a) >= chain_size(&b) && chain_a ? a : (chain_b ? b : a);
  Entry& from = &into == &a ? b : a;
  const ChainNo chain = into.now.state.chain;
  const ChainNo left = from.now.state.chain;
  for (Entry* moved : group_of(from)) {
    change(*moved);
    moved->now.state.chain = chain;
    chains_[chain].push_back(moved);
  }
  if (left) chains_.erase(left);
}

void DeliveryWork::assign_member(DeliveryState& state, std::string_view member_id, MemberNo found) {
  if (state.member == member_ambiguous) return;
  if (state.member && !members_.includes(member_id, state.member, found)) {
    state.member = member_ambiguous;
    return;
  }
  state.member = members_.at(member_id, state.first_at_us(), found);
}

// The same few routes again and again: saves asking the store.
RouteNo DeliveryWork::route_of(Channel channel, std::string_view provider) {
  for (const KnownRoute& known : routes_) {
    if (known.channel == channel && known.provider == provider) return known.number;
  }
  const RouteNo number = store_.route(channel, provider);
  if (routes_.size() < routes_known_max) routes_.push_back({channel, provider, number});
  return number;
}

void DeliveryWork::apply(const crm_event_delivery& event) {
  // Events that were rejected meanwhile are planned, but never come.
  while (next_planned_ < planned_.size() && planned_[next_planned_].event != &event) {
    ++next_planned_;
  }
  assert(next_planned_ < planned_.size());
  const Planned& planned = planned_[next_planned_++];
  MessageRow& message = *planned.message;
  Entry& entry = *planned.entry;
  entry.is_absent = false;
  change(entry);
  DeliveryState& state = entry.now.state;
  const auto status = static_cast<DeliveryStatus>(event.status);
  state.merge({status, event.head.at_us, std::string(crm::view(event.code)),
               std::string(crm::view(event.detail)),
               route_of(static_cast<Channel>(event.channel), crm::view(event.provider))},
              is_route_before_);
  if ((event.head.flags & CRM_DELIVERY_HAS_COST) != 0) {
    state.merge(Cost{event.head.at_us, std::string(crm::view(event.currency)), event.cost_minor});
  }
  assign_member(state, crm::view(event.member_id), planned.member);
  if (planned.original != nullptr) {
    planned.original->is_absent = false;
    link(entry, *planned.original);
  }

  messages_.touch_activity(message, event.head.at_us);
  if (was_tried(status) && (!message.sent_at_us || event.head.at_us < *message.sent_at_us)) {
    message.sent_at_us = event.head.at_us;
  }
}

void DeliveryWork::reassign(const Delivery& delivery, MemberNo member) {
  Entry& entry = at(delivery.message, delivery.delivery_id);
  change(entry);
  entry.now.state.member = member;
}

void DeliveryWork::restore(std::span<const Delivery> rows) {
  // All look-ups come first: each would make a run of what was put before it.
  for (const Delivery& row : rows) load_chain(row.state.chain);
  for (const Delivery& row : rows) {
    Entry& entry = add_entry(row.message, row.delivery_id);
    others_.emplace(Name{row.message, entry.now.delivery_id}, &entry);
    change(entry);
    entry.now.state = row.state;
    entry.now.state.converted = false;  // which is counted anew
    if (const ChainNo chain = row.state.chain) chains_[chain].push_back(&entry);
    const auto tried_at_us = row.state.tried_at_us();
    if (!tried_at_us) continue;
    MessageRow& message = messages_.of(row.message);
    message.sent_at_us = std::min(message.sent_at_us.value_or(*tried_at_us), *tried_at_us);
  }
}

void DeliveryWork::flush_rows() {
  if (!any_unsaved_) return;
  any_unsaved_ = false;
  for (Entry& entry : entries_) {
    if (!entry.is_unsaved) continue;
    entry.is_unsaved = false;
    // What was reported again need not be written again; the store has the row as `before`, unless
    // this transaction wrote another.
    if (entry.before != nullptr && !entry.is_rewritten && *entry.before == entry.now) continue;
    store_.put_delivery(entry.now, entry.filed ? &*entry.filed : nullptr);
    entry.is_rewritten = true;
  }
}

void DeliveryWork::each_moved_success(const std::function<void(const ChangedTouch&)>& visit) const {
  for (const Entry& entry : entries_) {
    if (entry.is_absent) continue;
    const auto success = [](const Delivery& row) {
      return std::make_pair(row.state.member, row.state.success_at_us());
    };
    const auto tell = [&](const Delivery& row) {
      const auto [member, at_us] = success(row);
      if (!at_us || !is_person(member)) return;
      visit({member, TouchKind::delivered, *at_us, row.message, row.delivery_id});
    };
    if (entry.before != nullptr) {
      if (success(*entry.before) == success(entry.now)) continue;
      tell(*entry.before);
    }
    tell(entry.now);
  }
}

}  // namespace message_history
