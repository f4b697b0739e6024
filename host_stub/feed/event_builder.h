// From the raw fields of one feed line to the event structure of the C interface.
//
// Checks presence, types, choices and times. What the values mean (lengths, ranges of amounts) is
// the plugin's business.
#pragma once

#include <string>

#include "feed/event_batch.h"
#include "feed/raw_values.h"

namespace host_stub {

struct BuiltEvent {
  crm_event* event = nullptr;  // in the arena
  std::string fault;           // "<what>; <remedy>" of a wrong event
  std::string unknown;         // of a right one: the choice that is not known here
};

// `kind` is CRM_EVENT_*.
BuiltEvent build_event(uint32_t kind, const RawEvent& raw, Arena& arena);

struct BuiltOrderLine {
  const crm_order_line* line = nullptr;
  std::string fault;
};

BuiltOrderLine build_order_line(const RawOrderLine& raw, size_t index, Arena& arena);

}  // namespace host_stub
