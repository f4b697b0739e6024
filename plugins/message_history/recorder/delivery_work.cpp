#include "recorder/delivery_work.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cassert>
#include <tuple>

namespace message_history {

DeliveryWork::Entry& DeliveryWork::entry_named(MessageNo message, std::string_view delivery_id,
                                               bool& is_new) {
  const auto known = by_name_.find({message, delivery_id});
  is_new = known == by_name_.end();
  if (!is_new) return *known->second;
  Entry& entry = entries_.emplace_back();
  entry.now.message = message;
  entry.now.delivery_id = delivery_id;
  by_name_.emplace(Name{message, entry.now.delivery_id}, &entry);
  return entry;
}

DeliveryWork::Entry& DeliveryWork::adopt(Delivery row) {
  bool is_new = false;
  Entry& entry = entry_named(row.message, row.delivery_id, is_new);
  if (!is_new && !entry.is_absent) return entry;
  entry.is_absent = false;
  entry.now.state = row.state;
  entry.filed = filed(row.state);
  entry.before = std::make_unique<const Delivery>(std::move(row));
  if (const ChainNo chain = entry.now.state.chain) chains_[chain].push_back(&entry);
  return entry;
}

void DeliveryWork::load_chain(ChainNo chain) {
  if (!chain || chains_.contains(chain)) return;
  for (Delivery& row : store_.chain(chain)) adopt(std::move(row));
}

void DeliveryWork::prefetch(std::span<const crm_event_delivery* const> events) {
  std::vector<DeliveryLookup> lookups;
  const auto want = [&](const MessageRow& message, std::string_view delivery_id) -> Entry* {
    bool is_new = false;
    Entry& entry = entry_named(message.number, delivery_id, is_new);
    if (is_new) entry.is_absent = true;
    if (is_new && !messages_.is_new(message.number)) {
      lookups.push_back({message.number, entry.now.delivery_id, {}});
    }
    return &entry;
  };
  by_name_.reserve(events.size());
  planned_.reserve(events.size());
  lookups.reserve(events.size());
  for (const crm_event_delivery* event : events) {
    MessageRow& message = messages_.of(crm::view(event->message_id));
    planned_.push_back({event, &message, want(message, crm::view(event->delivery_id))});
    if (event->fallback_of.size != 0) want(message, crm::view(event->fallback_of));
  }
  store_.find_deliveries(lookups);
  std::set<ChainNo> chains;
  for (DeliveryLookup& lookup : lookups) {
    if (!lookup.found) continue;
    if (lookup.found->state.chain) chains.insert(lookup.found->state.chain);
    adopt(*std::move(lookup.found));
  }
  // Not load_chain: parts of these are here already.
  for (const ChainNo chain : chains) {
    for (Delivery& row : store_.chain(chain)) adopt(std::move(row));
  }
}

DeliveryWork::Entry* DeliveryWork::find(MessageNo message, std::string_view delivery_id) {
  const auto known = by_name_.find({message, delivery_id});
  if (known != by_name_.end()) return known->second->is_absent ? nullptr : known->second;
  if (messages_.is_new(message)) return nullptr;
  auto row = store_.delivery(message, delivery_id);
  if (!row) return nullptr;
  load_chain(row->state.chain);
  return &adopt(std::move(*row));
}

DeliveryWork::Entry& DeliveryWork::at(MessageNo message, std::string_view delivery_id) {
  if (Entry* known = find(message, delivery_id)) return *known;
  bool is_new = false;
  Entry& entry = entry_named(message, delivery_id, is_new);
  entry.is_absent = false;
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
    chain_a = chain_b = store_.next_chain();
    chains_[chain_a] = {&a, &b};
    a.is_unsaved = b.is_unsaved = true;
    return;
  }
  Entry& into = chain_size(&a) >= chain_size(&b) && chain_a ? a : (chain_b ? b : a);
  Entry& from = &into == &a ? b : a;
  const ChainNo chain = into.now.state.chain;
  const ChainNo left = from.now.state.chain;
  for (Entry* moved : group_of(from)) {
    moved->now.state.chain = chain;
    moved->is_unsaved = true;
    chains_[chain].push_back(moved);
  }
  if (left) chains_.erase(left);
}

void DeliveryWork::assign_member(DeliveryState& state, std::string_view member_id) {
  if (state.member == member_ambiguous) return;
  if (state.member && !members_.includes(member_id, state.member)) {
    state.member = member_ambiguous;
    return;
  }
  state.member = members_.at(member_id, state.first_at_us());
}

// A delivery has one route; should reports differ, the smallest stands, whatever their order.
void DeliveryWork::assign_route(DeliveryState& state, Channel channel, std::string_view provider) {
  if (state.route) {
    const Route& have = store_.route(state.route);
    if (std::make_tuple(have.channel, std::string_view(have.provider)) <=
        std::make_tuple(channel, provider)) {
      return;
    }
  }
  state.route = store_.route(channel, provider);
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
  entry.is_unsaved = true;
  DeliveryState& state = entry.now.state;
  const auto status = static_cast<DeliveryStatus>(event.status);
  state.merge({status, event.head.at_us, std::string(crm::view(event.code)),
               std::string(crm::view(event.detail))});
  if ((event.head.flags & CRM_DELIVERY_HAS_COST) != 0) {
    state.merge(Cost{event.head.at_us, std::string(crm::view(event.currency)), event.cost_minor});
  }
  assign_route(state, static_cast<Channel>(event.channel), crm::view(event.provider));
  assign_member(state, crm::view(event.member_id));
  if (event.fallback_of.size != 0) link(entry, at(message.number, crm::view(event.fallback_of)));

  messages_.touch_activity(message, event.head.at_us);
  if (was_tried(status) && (!message.sent_at_us || event.head.at_us < *message.sent_at_us)) {
    message.sent_at_us = event.head.at_us;
  }
}

void DeliveryWork::reassign(const Delivery& delivery, MemberNo member) {
  Entry& entry = at(delivery.message, delivery.delivery_id);
  entry.now.state.member = member;
  entry.is_unsaved = true;
}

void DeliveryWork::flush_rows() {
  // In key order: neighbouring rows share pages.
  std::vector<Entry*> unsaved;
  for (Entry& entry : entries_) {
    if (!entry.is_unsaved) continue;
    entry.is_unsaved = false;
    // What was reported again need not be written again; the store has the row as `before`, unless
    // this transaction wrote another.
    if (entry.before && !entry.is_rewritten && *entry.before == entry.now) continue;
    unsaved.push_back(&entry);
  }
  std::sort(unsaved.begin(), unsaved.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->now.message, a->now.delivery_id) <
           std::tie(b->now.message, b->now.delivery_id);
  });
  for (Entry* entry : unsaved) {
    store_.put_delivery(entry->now, entry->filed ? &*entry->filed : nullptr);
    entry->filed = filed(entry->now.state);
    entry->is_rewritten = true;
  }
}

void DeliveryWork::each_moved_success(
    const std::function<void(MemberNo, std::int64_t)>& visit) const {
  for (const Entry& entry : entries_) {
    if (entry.is_absent) continue;
    const auto success = [](const Delivery& row) {
      return std::make_pair(row.state.member, row.state.success_at_us());
    };
    const auto tell = [&](const std::pair<MemberNo, std::optional<std::int64_t>>& reached) {
      if (reached.second && is_person(reached.first)) visit(reached.first, *reached.second);
    };
    const auto now = success(entry.now);
    if (entry.before) {
      const auto before = success(*entry.before);
      if (before == now) continue;
      tell(before);
    }
    tell(now);
  }
}

}  // namespace message_history
