// The fields of one feed line as they were written, before anybody knows what its type needs.
#pragma once

#include <crm/ext/events.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "feed/field_names.h"

namespace host_stub {

enum class ValueKind : uint8_t { absent, null, text, integer, list, other };

struct RawValue {
  ValueKind kind = ValueKind::absent;
  const char* found = "missing";  // what it is, for people: "an array"
  crm_str text{};                 // in the batch's arena
  int64_t integer = 0;
};

using RawOrderLine = std::array<RawValue, line_field_count>;

struct RawEvent {
  std::array<RawValue, field_count> fields;
  std::vector<const crm_order_line*> lines;  // in the batch's arena
  std::string lines_fault;                   // why an order with these lines is rejected; or empty
};

}  // namespace host_stub
