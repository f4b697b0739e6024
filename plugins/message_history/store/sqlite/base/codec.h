// Packed columns: how deliveries' marks and orders' lines become bytes.
//
// The bytes are specified in SCHEMA.md and pinned by golden tests. Decoding trusts nothing: bytes
// that do not parse throw crm::Failure with CORRUPT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/delivery.h"
#include "model/order.h"

namespace message_history::sqlite {

// What is told of all marks at once: when the first was, and the route of those with no other.
struct MarksHead {
  std::int64_t first_at_us = 0;
  RouteNo route{};
};

// The marks and the cost, told from the head on, which is the state's.
void append_marks(std::string& bytes, const DeliveryState& state, const MarksHead& all);
// Replaces marks and cost; reuses their memory.
void decode_marks(std::string_view bytes, const MarksHead& all, DeliveryState& state);

std::string encode_lines(const std::vector<OrderLine>& lines);
std::vector<OrderLine> decode_lines(std::string_view bytes);

}  // namespace message_history::sqlite
