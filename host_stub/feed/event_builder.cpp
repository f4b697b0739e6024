#include "feed/event_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "feed/typed_fields.h"

namespace host_stub {

namespace {

template <class T>
T& make_event(Arena& arena) {
  T& event = *arena.make<T>();
  event.head.size = sizeof(T);
  return event;
}

crm_event* build_message(TypedFields& fields, Arena& arena) {
  auto& event = make_event<crm_event_message>(arena);
  event.message_id = fields.text(Field::message_id);
  event.name = fields.text(Field::name);
  event.message_kind = fields.choice(Field::kind, message_kinds);
  event.channel = fields.growing_choice(Field::channel, channels);
  event.state = fields.choice(Field::state, message_states);
  if (const auto scheduled_at = fields.optional_time_us(Field::scheduled_at)) {
    event.head.flags |= CRM_MESSAGE_HAS_SCHEDULED_AT;
    event.scheduled_at_us = *scheduled_at;
  }
  if (const auto audience = fields.optional_integer(Field::audience)) {
    event.head.flags |= CRM_MESSAGE_HAS_AUDIENCE;
    event.audience = *audience;
  }
  return &event.head;
}

crm_event* build_delivery(TypedFields& fields, Arena& arena) {
  auto& event = make_event<crm_event_delivery>(arena);
  event.message_id = fields.text(Field::message_id);
  event.delivery_id = fields.text(Field::delivery_id);
  event.member_id = fields.text(Field::member_id);
  event.provider = fields.text(Field::provider);
  event.code = fields.optional_text(Field::code);
  event.detail = fields.optional_text(Field::detail);
  event.fallback_of = fields.optional_text(Field::fallback_of);
  event.channel = fields.growing_choice(Field::channel, channels);
  event.status = fields.choice(Field::status, delivery_statuses);
  if (const auto cost_minor = fields.optional_integer(Field::cost_minor)) {
    event.head.flags |= CRM_DELIVERY_HAS_COST;
    event.cost_minor = *cost_minor;
    event.currency = fields.text(Field::currency);
  }
  return &event.head;
}

crm_event* build_touch(TypedFields& fields, Arena& arena) {
  auto& event = make_event<crm_event_touch>(arena);
  event.message_id = fields.text(Field::message_id);
  event.delivery_id = fields.optional_text(Field::delivery_id);
  event.member_id = fields.text(Field::member_id);
  event.touch = fields.growing_choice(Field::touch, touches);
  return &event.head;
}

crm_event* build_order(TypedFields& fields, const RawEvent& raw, Arena& arena) {
  auto& event = make_event<crm_event_order>(arena);
  event.order_id = fields.text(Field::order_id);
  event.member_id = fields.nullable_text(Field::member_id);
  event.message_id = fields.optional_text(Field::message_id);
  event.currency = fields.text(Field::currency);
  event.amount_minor = fields.integer(Field::amount_minor);
  event.revision = fields.optional_integer(Field::revision).value_or(0);
  const RawValue& lines = fields.raw(Field::lines);
  if (lines.kind != ValueKind::list) {
    fields.blame(Field::lines, lines.found, "send an array of objects, [] for none");
  } else if (!raw.lines_fault.empty()) {
    fields.fail(raw.lines_fault);
  } else {
    auto* const copy = static_cast<const crm_order_line**>(
        arena.take(raw.lines.size() * sizeof(const crm_order_line*)));
    std::copy(raw.lines.begin(), raw.lines.end(), copy);
    event.lines = copy;
    event.line_count = raw.lines.size();
  }
  return &event.head;
}

crm_event* build_refund(TypedFields& fields, Arena& arena) {
  auto& event = make_event<crm_event_refund>(arena);
  event.refund_id = fields.text(Field::refund_id);
  event.order_id = fields.text(Field::order_id);
  event.currency = fields.text(Field::currency);
  event.amount_minor = fields.integer(Field::amount_minor);
  return &event.head;
}

crm_event* build_member_erased(TypedFields& fields, Arena& arena) {
  auto& event = make_event<crm_event_member_erased>(arena);
  event.member_id = fields.text(Field::member_id);
  return &event.head;
}

crm_event* build_kind(uint32_t kind, TypedFields& fields, const RawEvent& raw, Arena& arena) {
  switch (kind) {
    case CRM_EVENT_MESSAGE:
      return build_message(fields, arena);
    case CRM_EVENT_DELIVERY:
      return build_delivery(fields, arena);
    case CRM_EVENT_TOUCH:
      return build_touch(fields, arena);
    case CRM_EVENT_ORDER:
      return build_order(fields, raw, arena);
    case CRM_EVENT_REFUND:
      return build_refund(fields, arena);
    default:
      return build_member_erased(fields, arena);
  }
}

}  // namespace

BuiltEvent build_event(uint32_t kind, const RawEvent& raw, Arena& arena) {
  TypedFields fields(raw.fields, field_names);
  const int64_t seq = fields.integer(Field::seq);
  if (seq < 1) fields.blame(Field::seq, fmt::format("{}", seq), "number events from 1");
  const int64_t at_us = fields.time_us(Field::at);
  crm_event* const event = build_kind(kind, fields, raw, arena);
  if (!fields.fault().empty()) return {nullptr, fields.fault(), {}};
  if (!fields.unknown().empty()) return {nullptr, {}, fields.unknown()};
  event->kind = kind;
  event->seq = static_cast<uint64_t>(seq);
  event->at_us = at_us;
  return {event, {}, {}};
}

BuiltOrderLine build_order_line(const RawOrderLine& raw, size_t index, Arena& arena) {
  TypedFields fields(raw, line_field_names, fmt::format("lines[{}] ", index));
  auto& line = *arena.make<crm_order_line>();
  line.size = sizeof(line);
  line.product_no = fields.text(LineField::product_no);
  line.name = fields.text(LineField::name);
  line.option = fields.optional_text(LineField::option);
  line.unit_price_minor = fields.integer(LineField::unit_price_minor);
  line.option_price_minor = fields.optional_integer(LineField::option_price_minor).value_or(0);
  line.quantity = fields.integer(LineField::quantity);
  if (!fields.fault().empty()) return {nullptr, fields.fault()};
  return {&line, {}};
}

}  // namespace host_stub
