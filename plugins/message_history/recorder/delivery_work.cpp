#include "recorder/delivery_work.h"

#include <fmt/format.h>
#include <crm/cpp/text.hpp>

#include <algorithm>

namespace message_history {

namespace {

std::string key_of(MessageNo message, std::string_view delivery_id) {
  std::string key(reinterpret_cast<const char*>(&message.value), sizeof(message.value));
  return key.append(delivery_id);
}

}  // namespace

DeliveryWork::Entry& DeliveryWork::adopt(Delivery row) {
  const auto [found, is_new] = entries_.try_emplace(key_of(row.message, row.delivery_id));
  Entry& entry = found->second;
  if (!is_new) return entry;
  entry.before = entry.stored = row;
  entry.now = std::move(row);
  if (const ChainNo chain = entry.now.state.chain) chains_[chain].push_back(&entry);
  return entry;
}

void DeliveryWork::load_chain(ChainNo chain) {
  if (!chain || chains_.contains(chain)) return;
  for (Delivery& row : store_.chain(chain)) adopt(std::move(row));
}

DeliveryWork::Entry* DeliveryWork::find(MessageNo message, std::string_view delivery_id) {
  const auto known = entries_.find(key_of(message, delivery_id));
  if (known != entries_.end()) return &known->second;
  auto row = store_.delivery(message, delivery_id);
  if (!row) return nullptr;
  load_chain(row->state.chain);
  return &adopt(std::move(*row));
}

DeliveryWork::Entry& DeliveryWork::at(MessageNo message, std::string_view delivery_id) {
  if (Entry* known = find(message, delivery_id)) return *known;
  Entry& entry = entries_[key_of(message, delivery_id)];
  entry.now.message = message;
  entry.now.delivery_id = delivery_id;
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
    return;
  }
  Entry& into = chain_size(&a) >= chain_size(&b) && chain_a ? a : (chain_b ? b : a);
  Entry& from = &into == &a ? b : a;
  const ChainNo chain = into.now.state.chain;
  const ChainNo left = from.now.state.chain;
  for (Entry* moved : group_of(from)) {
    moved->now.state.chain = chain;
    chains_[chain].push_back(moved);
  }
  if (left) chains_.erase(left);
}

void DeliveryWork::assign_member(DeliveryState& state, std::string_view member_id) {
  if (state.member == member_ambiguous) return;
  if (state.member && !members_.identity(member_id).includes(state.member)) {
    state.member = member_ambiguous;
    return;
  }
  state.member = members_.at(member_id, state.first_at_us());
}

// A delivery has one route; should reports differ, the smallest stands, whatever their order.
void DeliveryWork::assign_route(DeliveryState& state, Channel channel, std::string_view provider) {
  if (state.route) {
    const Route have = store_.route(state.route);
    if (std::tie(have.channel, have.provider) <= std::make_tuple(channel, std::string(provider))) {
      return;
    }
  }
  state.route = store_.route(channel, provider);
}

void DeliveryWork::apply(const crm_event_delivery& event) {
  MessageRow& message = messages_.of(crm::view(event.message_id));
  Entry& entry = at(message.number, crm::view(event.delivery_id));
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
  at(delivery.message, delivery.delivery_id).now.state.member = member;
}

void DeliveryWork::flush_rows() {
  // In key order: neighbouring rows share pages.
  std::vector<Entry*> changed;
  for (auto& [key, entry] : entries_) {
    if (!entry.stored || *entry.stored != entry.now) changed.push_back(&entry);
  }
  std::sort(changed.begin(), changed.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->now.message, a->now.delivery_id) <
           std::tie(b->now.message, b->now.delivery_id);
  });
  for (Entry* entry : changed) {
    store_.put_delivery(entry->now, entry->stored ? &*entry->stored : nullptr);
    entry->stored = entry->now;
  }
}

void DeliveryWork::each_moved_success(
    const std::function<void(MemberNo, std::int64_t)>& visit) const {
  for (const auto& [key, entry] : entries_) {
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
