// Bounds-checked reading of an event batch that came from the other side.
//
// Nothing here trusts a pointer or a size: an event whose structure is too short for its kind, or
// which holds an unreadable string, is answered with a text instead of a pointer.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/failure.hpp>
#include <crm/cpp/text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace crm {

// An event of a kind this header does not know: skipped and counted, never an error.
struct UnknownEvent {
  uint32_t kind;
};

using Event = std::variant<const crm_event_message*, const crm_event_delivery*,
                           const crm_event_touch*, const crm_event_order*, const crm_event_refund*,
                           const crm_event_member_erased*, UnknownEvent>;

namespace detail {

template <class T>
Result<Event> as(const crm_event* event, const char* name) {
  if (event->size < sizeof(T)) {
    return Error{CRM_ERR_INVALID, std::string("the ") + name + " event is " +
                                      std::to_string(event->size) + " bytes, at least " +
                                      std::to_string(sizeof(T)) +
                                      " are needed; build the host with the current headers"};
  }
  return Event{reinterpret_cast<const T*>(event)};
}

}  // namespace detail

// The event behind a pointer of a batch, as the structure of its kind.
inline Result<Event> event_of(const crm_event* event) {
  if (event == nullptr) return Error{CRM_ERR_INVALID, "the event pointer is NULL"};
  if (event->size < sizeof(crm_event)) {
    return Error{CRM_ERR_INVALID, "the event is shorter than its head"};
  }
  switch (event->kind) {
    case CRM_EVENT_MESSAGE:
      return detail::as<crm_event_message>(event, "message");
    case CRM_EVENT_DELIVERY:
      return detail::as<crm_event_delivery>(event, "delivery");
    case CRM_EVENT_TOUCH:
      return detail::as<crm_event_touch>(event, "touch");
    case CRM_EVENT_ORDER:
      return detail::as<crm_event_order>(event, "order");
    case CRM_EVENT_REFUND:
      return detail::as<crm_event_refund>(event, "refund");
    case CRM_EVENT_MEMBER_ERASED:
      return detail::as<crm_event_member_erased>(event, "member_erased");
    default:
      return Event{UnknownEvent{event->kind}};
  }
}

// Reads what the host refused from an event whose kind is CRM_EVENT_REFUSED.
inline Result<const crm_event_refused*> refused_of(const crm_event* event) {
  constexpr uint32_t size_1_1 = offsetof(crm_event_refused, line) + sizeof(uint64_t);
  const auto* const refused = reinterpret_cast<const crm_event_refused*>(event);
  if (event->size < size_1_1) {
    return Error{CRM_ERR_INVALID,
                 "the refused event is too short; build the host with the current headers"};
  }
  if (!checked_view(refused->name, CRM_REFUSED_NAME_BYTES_MAX) ||
      !checked_view(refused->reason, CRM_DETAIL_BYTES_MAX)) {
    return Error{CRM_ERR_INVALID,
                 "the refused event's name must be at most 128 bytes of UTF-8, its reason 2048"};
  }
  return refused;
}

// Refuses a batch that cannot be read at all; the single events are judged one by one.
inline Result<std::monostate> check_batch(const crm_event_batch* batch) {
  const auto invalid = [](const char* text) { return Error{CRM_ERR_INVALID, text}; };
  if (batch == nullptr || !CRM_HAS(batch, count)) {
    return invalid("the batch structure is missing or too short");
  }
  if (batch->tenant.size == 0 || !checked_view(batch->tenant, CRM_TENANT_BYTES_MAX)) {
    return invalid("the batch's tenant must be 1 to 64 bytes of UTF-8");
  }
  if (batch->source.size == 0 || !checked_view(batch->source, CRM_SOURCE_BYTES_MAX)) {
    return invalid("the batch's source must be 1 to 64 bytes of UTF-8");
  }
  if (batch->count > CRM_BATCH_EVENTS_MAX) {
    return invalid("the batch has more than 65536 events; send smaller ones");
  }
  if (batch->count > 0 && batch->events == nullptr) return invalid("the batch's events are NULL");
  return std::monostate{};
}

}  // namespace crm
