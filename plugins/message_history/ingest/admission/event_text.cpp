#include <fmt/format.h>

#include <array>

#include "ingest/admission/validation.h"

namespace message_history {

namespace {

constexpr std::size_t lines_shown_max = 20;

// Writes a flat JSON object; strings that are not UTF-8 are named as unreadable instead of
// repeated.
class EventJson {
 public:
  // A text above its field's maximum is not even looked at: its size may be a wild one.
  EventJson& add(const char* key, crm_str value, std::uint64_t bytes_max = CRM_ID_BYTES_MAX) {
    name(key);
    if (const auto text = crm::checked_view(value, bytes_max)) {
      quote(*text);
    } else {
      json_ += fmt::format("\"(unreadable, {} bytes)\"", value.size);
    }
    return *this;
  }
  EventJson& add(const char* key, std::int64_t value) {
    name(key);
    json_ += std::to_string(value);
    return *this;
  }
  std::string finish(std::size_t bytes_max) {
    json_ += '}';
    if (json_.size() > bytes_max) {
      std::size_t end = bytes_max - 3;
      while (end > 0 && (static_cast<unsigned char>(json_[end]) & 0xC0) == 0x80) --end;
      json_ = json_.substr(0, end) + "...";
    }
    return std::move(json_);
  }

 private:
  void name(const char* key) {
    json_ += json_.size() > 1 ? ", \"" : "\"";
    json_ += key;
    json_ += "\": ";
  }
  void quote(std::string_view text) {
    json_ += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') {
        json_ += '\\';
        json_ += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        json_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        json_ += c;
      }
    }
    json_ += '"';
  }
  std::string json_ = "{";
};

void describe(EventJson& json, const crm_event_message& event) {
  json.add("message_id", event.message_id)
      .add("name", event.name, CRM_NAME_BYTES_MAX)
      .add("kind", event.message_kind);
  json.add("channel", event.channel).add("state", event.state);
  json.add("scheduled_at_us", event.scheduled_at_us).add("audience", event.audience);
}

void describe(EventJson& json, const crm_event_delivery& event) {
  json.add("message_id", event.message_id).add("delivery_id", event.delivery_id);
  json.add("member_id", event.member_id).add("provider", event.provider, CRM_PROVIDER_BYTES_MAX);
  json.add("code", event.code, CRM_CODE_BYTES_MAX)
      .add("detail", event.detail, CRM_DETAIL_BYTES_MAX);
  json.add("fallback_of", event.fallback_of);
  json.add("channel", event.channel).add("status", event.status);
  json.add("cost_minor", event.cost_minor).add("currency", event.currency, CRM_CURRENCY_BYTES);
}

void describe(EventJson& json, const crm_event_touch& event) {
  json.add("message_id", event.message_id).add("delivery_id", event.delivery_id);
  json.add("member_id", event.member_id).add("touch", event.touch);
}

void describe(EventJson& json, const crm_event_order& event) {
  json.add("order_id", event.order_id).add("member_id", event.member_id);
  json.add("message_id", event.message_id).add("currency", event.currency, CRM_CURRENCY_BYTES);
  json.add("amount_minor", event.amount_minor).add("revision", event.revision);
  json.add("line_count", static_cast<std::int64_t>(event.line_count));
  if (event.lines == nullptr || event.line_count > CRM_ORDER_LINES_MAX) return;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(event.line_count, lines_shown_max); ++i) {
    const crm_order_line* line = event.lines[i];
    if (line == nullptr || line->size < sizeof(crm_order_line)) continue;
    json.add("product_no", line->product_no).add("quantity", line->quantity);
    json.add("unit_price_minor", line->unit_price_minor);
    json.add("option_price_minor", line->option_price_minor);
  }
}

void describe(EventJson& json, const crm_event_refund& event) {
  json.add("refund_id", event.refund_id).add("order_id", event.order_id);
  json.add("currency", event.currency, CRM_CURRENCY_BYTES);
  json.add("amount_minor", event.amount_minor);
}

void describe(EventJson& json, const crm_event_member_erased& event) {
  json.add("member_id", event.member_id);
}

}  // namespace

std::string event_text(const crm::Event& event, std::size_t bytes_max) {
  EventJson json;
  std::visit(
      [&](const auto& known) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) {
          json.add("at_us", known->head.at_us);
          describe(json, *known);
        }
      },
      event);
  return json.finish(bytes_max);
}

const char* kind_name(const crm::Event& event) {
  static constexpr std::array names = {"message", "delivery",      "touch",  "order",
                                       "refund",  "member_erased", "unknown"};
  return names[event.index()];
}

std::optional<std::string_view> member_of(const crm::Event& event) {
  return std::visit(
      [](const auto& known) -> std::optional<std::string_view> {
        if constexpr (requires { known->member_id; }) {
          if (known->member_id.size == 0) return {};
          return crm::checked_view(known->member_id, CRM_ID_BYTES_MAX);
        }
        return {};
      },
      event);
}

}  // namespace message_history
