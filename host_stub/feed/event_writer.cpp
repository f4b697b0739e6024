#include "feed/event_writer.h"

#include <charconv>
#include <crm/cpp/text.hpp>
#include <span>

#include "feed/field_names.h"

namespace host_stub {

namespace {

void append_integer(int64_t value, std::string& line) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof(digits), value);
  line.append(digits, written.ptr);
}

bool is_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(char c, std::string& line) {
  constexpr const char* hex = "0123456789abcdef";
  line += '\\';
  if (c == '"' || c == '\\') {
    line += c;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    line += "u00";
    line += hex[byte >> 4];
    line += hex[byte & 0xF];
  }
}

void append_quoted(std::string_view text, std::string& line) {
  line += '"';
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_escaped(text[i])) continue;
    line.append(text, begin, i - begin);
    append_escaped(text[i], line);
    begin = i + 1;
  }
  line.append(text, begin);
  line += '"';
}

std::string_view text_of(std::span<const Choice> choices, uint32_t value) {
  for (const Choice& choice : choices) {
    if (choice.value == value) return choice.text;
  }
  return {};
}

// Appends one object's fields. The names are those of field_names.h, which need no escaping.
template <class Name>
class Fields {
 public:
  Fields(std::span<const std::string_view> names, Rfc3339Writer& time, std::string& line)
      : names_(names), time_(time), line_(line) {}

  Fields& text(Name name, crm_str value) {
    key(name);
    append_quoted(crm::view(value), line_);
    return *this;
  }
  Fields& optional_text(Name name, crm_str value) {
    return value.size == 0 ? *this : text(name, value);
  }
  Fields& choice(Name name, std::span<const Choice> choices, uint32_t value) {
    key(name);
    append_quoted(text_of(choices, value), line_);
    return *this;
  }
  Fields& integer(Name name, int64_t value) {
    key(name);
    append_integer(value, line_);
    return *this;
  }
  Fields& time(Name name, int64_t at_us) {
    key(name);
    line_ += '"';
    time_.append(at_us, line_);
    line_ += '"';
    return *this;
  }

  // For a value that is appended by other means.
  Fields& key(Name name) {
    line_ += is_first_ ? "{\"" : ",\"";
    is_first_ = false;
    line_ += names_[static_cast<size_t>(name)];
    line_ += "\":";
    return *this;
  }

 private:
  const std::span<const std::string_view> names_;
  Rfc3339Writer& time_;
  std::string& line_;
  bool is_first_ = true;
};

using EventFields = Fields<Field>;

void append_fields(const crm_event_message& event, EventFields& fields) {
  fields.text(Field::message_id, event.message_id)
      .choice(Field::kind, message_kinds, event.message_kind)
      .choice(Field::channel, channels, event.channel)
      .text(Field::name, event.name)
      .choice(Field::state, message_states, event.state);
  if ((event.head.flags & CRM_MESSAGE_HAS_SCHEDULED_AT) != 0) {
    fields.time(Field::scheduled_at, event.scheduled_at_us);
  }
  if ((event.head.flags & CRM_MESSAGE_HAS_AUDIENCE) != 0) {
    fields.integer(Field::audience, event.audience);
  }
}

void append_fields(const crm_event_delivery& event, EventFields& fields) {
  fields.text(Field::message_id, event.message_id)
      .text(Field::delivery_id, event.delivery_id)
      .text(Field::member_id, event.member_id)
      .choice(Field::channel, channels, event.channel)
      .text(Field::provider, event.provider)
      .choice(Field::status, delivery_statuses, event.status)
      .optional_text(Field::code, event.code)
      .optional_text(Field::detail, event.detail)
      .optional_text(Field::fallback_of, event.fallback_of);
  if ((event.head.flags & CRM_DELIVERY_HAS_COST) != 0) {
    fields.integer(Field::cost_minor, event.cost_minor).text(Field::currency, event.currency);
  }
}

void append_fields(const crm_event_touch& event, EventFields& fields) {
  fields.choice(Field::touch, touches, event.touch)
      .text(Field::message_id, event.message_id)
      .optional_text(Field::delivery_id, event.delivery_id)
      .text(Field::member_id, event.member_id);
}

void append_line(const crm_order_line& line, Rfc3339Writer& time, std::string& lines) {
  Fields<LineField>(line_field_names, time, lines)
      .text(LineField::product_no, line.product_no)
      .text(LineField::name, line.name)
      .integer(LineField::unit_price_minor, line.unit_price_minor)
      .text(LineField::option, line.option)
      .integer(LineField::option_price_minor, line.option_price_minor)
      .integer(LineField::quantity, line.quantity);
  lines += '}';
}

void append_fields(const crm_event_refund& event, EventFields& fields) {
  fields.text(Field::refund_id, event.refund_id)
      .text(Field::order_id, event.order_id)
      .text(Field::currency, event.currency)
      .integer(Field::amount_minor, event.amount_minor);
}

void append_order(const crm_event_order& event, EventFields& fields, Rfc3339Writer& time,
                  std::string& lines) {
  fields.text(Field::order_id, event.order_id);
  if (event.member_id.size == 0) {
    fields.key(Field::member_id);
    lines += "null";
  } else {
    fields.text(Field::member_id, event.member_id);
  }
  fields.optional_text(Field::message_id, event.message_id)
      .text(Field::currency, event.currency)
      .integer(Field::amount_minor, event.amount_minor);
  if (event.revision != 0) fields.integer(Field::revision, event.revision);
  fields.key(Field::lines);
  lines += '[';
  for (uint64_t i = 0; i < event.line_count; ++i) {
    if (i > 0) lines += ',';
    append_line(*event.lines[i], time, lines);
  }
  lines += ']';
}

template <class T>
const T& as(const crm_event& event) {
  return reinterpret_cast<const T&>(event);
}

}  // namespace

void EventWriter::append_header(const FeedHeader& header, std::string& lines) {
  lines += "{\"feed\":\"crm-feed/1\",\"tenant\":";
  append_quoted(header.tenant, lines);
  lines += ",\"source\":";
  append_quoted(header.source, lines);
  lines += ",\"timezone\":";
  append_quoted(header.time_zone, lines);
  lines += ",\"currency\":";
  append_quoted(header.currency, lines);
  lines += "}\n";
}

void EventWriter::append(const crm_event& event, std::string& lines) {
  EventFields fields(field_names, time_, lines);
  fields.integer(Field::seq, static_cast<int64_t>(event.seq))
      .choice(Field::type, event_types, event.kind)
      .time(Field::at, event.at_us);
  switch (event.kind) {
    case CRM_EVENT_MESSAGE:
      append_fields(as<crm_event_message>(event), fields);
      break;
    case CRM_EVENT_DELIVERY:
      append_fields(as<crm_event_delivery>(event), fields);
      break;
    case CRM_EVENT_TOUCH:
      append_fields(as<crm_event_touch>(event), fields);
      break;
    case CRM_EVENT_ORDER:
      append_order(as<crm_event_order>(event), fields, time_, lines);
      break;
    case CRM_EVENT_REFUND:
      append_fields(as<crm_event_refund>(event), fields);
      break;
    default:
      fields.text(Field::member_id, as<crm_event_member_erased>(event).member_id);
  }
  lines += "}\n";
}

}  // namespace host_stub
