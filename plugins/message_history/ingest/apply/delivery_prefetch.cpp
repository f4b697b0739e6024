// What a batch's events name, looked up all at once: much cheaper than one by one.

#include <crm/cpp/text.hpp>

#include <algorithm>
#include <cassert>
#include <set>

#include "ingest/apply/delivery_work.h"

namespace message_history {

void DeliveryWork::prefetch(std::span<const crm_event_delivery* const> events) {
  assert(planned_.empty());
  std::vector<NamedOfMessage> named = plan(events);
  find_members();
  std::ranges::sort(named, {}, [](const NamedOfMessage& one) { return one.message->number; });
  named_.reserve(events.size());
  Lookups lookups;
  for (NamedOfMessage& one : named) add_named(one, lookups);
  find_stored(lookups);
}

// Gathers what the events name by message, in the order of the events.
std::vector<DeliveryWork::NamedOfMessage> DeliveryWork::plan(
    std::span<const crm_event_delivery* const> events) {
  std::vector<NamedOfMessage> named;
  std::unordered_map<std::string_view, std::size_t> places;
  planned_.reserve(events.size());
  for (const crm_event_delivery* event : events) {
    const std::string_view message_id = crm::view(event->message_id);
    const auto [place, is_new] = places.try_emplace(message_id, named.size());
    if (is_new) named.push_back({&messages_.of(message_id), {}});
    NamedOfMessage& message = named[place->second];
    Planned& planned = planned_.emplace_back();
    planned.event = event;
    planned.message = message.message;
    message.namings.push_back({crm::view(event->delivery_id), &planned.entry});
    if (event->fallback_of.size == 0) continue;
    message.namings.push_back({crm::view(event->fallback_of), &planned.original});
  }
  return named;
}

// An entry for each delivery of one message, in the order of ids.
void DeliveryWork::add_named(NamedOfMessage& named, Lookups& lookups) {
  // Reports of new deliveries mostly come in that order.
  if (!std::ranges::is_sorted(named.namings, {}, &Naming::delivery_id)) {
    std::ranges::sort(named.namings, {}, &Naming::delivery_id);
  }
  const MessageNo message = named.message->number;
  const bool is_stored = !messages_.is_new(message);
  Entry* last = nullptr;
  for (const Naming& naming : named.namings) {
    if (last == nullptr || last->now.delivery_id != naming.delivery_id) {
      last = &add_entry(message, naming.delivery_id);
      last->is_absent = true;
      named_.push_back(last);
      if (is_stored) {
        lookups.names.push_back({message, last->now.delivery_id});
        lookups.entries.push_back(last);
      }
    }
    *naming.entry = last;
  }
}

void DeliveryWork::find_members() {
  std::vector<MemberLookup> lookups;
  lookups.reserve(planned_.size());
  for (const Planned& planned : planned_) {
    lookups.push_back({crm::view(planned.event->member_id), {}});
  }
  members_.prefetch(lookups);
  for (std::size_t i = 0; i < planned_.size(); ++i) planned_[i].member = lookups[i].found;
}

void DeliveryWork::find_stored(const Lookups& lookups) {
  std::set<ChainNo> chains;
  store_.find_deliveries(lookups.names, [&](std::size_t place, Delivery row) {
    if (row.state.chain) chains.insert(row.state.chain);
    take_stored(*lookups.entries[place], stored_.emplace_back(std::move(row)));
  });
  // Not load_chain: parts of these are here already.
  for (const ChainNo chain : chains) {
    for (Delivery& row : store_.chain(chain)) adopt(std::move(row));
  }
}

}  // namespace message_history
