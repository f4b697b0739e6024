// Judges one event by itself: what can be said without looking at any other event. Pure.
//
// Being independent of order and state, a rejection here is the same on every redelivery.
#pragma once

#include <crm/cpp/events.hpp>
#include <optional>
#include <string>

namespace message_history {

// Why the event cannot be accepted, naming the field and the remedy; empty when it can.
std::optional<std::string> why_rejected(const crm::Event& event);

// The event as JSON for people, for the quarantine; unreadable strings are left out. Whole UTF-8,
// at most `bytes_max`.
std::string event_text(const crm::Event& event, std::size_t bytes_max);

// Counts the bytes of the event as it was passed: its structure, order lines and texts. For events
// that why_rejected has nothing against.
std::uint64_t bytes_of(const crm::Event& event);

// The word for the event's kind: "delivery".
const char* kind_name(const crm::Event& event);

// The member the event names, if it names one readably.
std::optional<std::string_view> member_of(const crm::Event& event);

}  // namespace message_history
