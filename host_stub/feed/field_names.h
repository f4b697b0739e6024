// The names a feed uses for fields, event types and choices, and their values in the C interface.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace host_stub {

// The fields of an event, of whatever type.
enum class Field : uint8_t {
  seq,
  type,
  at,
  message_id,
  kind,
  channel,
  name,
  state,
  scheduled_at,
  audience,
  delivery_id,
  member_id,
  provider,
  status,
  code,
  detail,
  fallback_of,
  cost_minor,
  currency,
  touch,
  order_id,
  amount_minor,
  revision,
  lines,
  refund_id,
};
inline constexpr size_t field_count = static_cast<size_t>(Field::refund_id) + 1;

// The fields of one line of an order.
enum class LineField : uint8_t {
  product_no,
  name,
  unit_price_minor,
  option,
  option_price_minor,
  quantity,
};
inline constexpr size_t line_field_count = static_cast<size_t>(LineField::quantity) + 1;

std::optional<Field> field_named(std::string_view name);
std::optional<LineField> line_field_named(std::string_view name);
extern const std::span<const std::string_view> field_names;       // by Field
extern const std::span<const std::string_view> line_field_names;  // by LineField

// One allowed text of a field and what it stands for.
struct Choice {
  std::string_view text;
  uint32_t value;
};

extern const std::span<const Choice> event_types;
extern const std::span<const Choice> message_kinds;
extern const std::span<const Choice> message_states;
extern const std::span<const Choice> channels;
extern const std::span<const Choice> delivery_statuses;
extern const std::span<const Choice> touches;

std::optional<uint32_t> choice_named(std::span<const Choice> choices, std::string_view text);

}  // namespace host_stub
