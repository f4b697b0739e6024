#include "ingest/admission/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "model/channel.h"

namespace message_history {

namespace {

struct EventText {
  const char* field;
  crm_str value;
  std::uint64_t bytes_max;
  bool required;
};

// Collects the first thing that is wrong.
class Judge {
 public:
  Judge& text(const EventText& rule) {
    if (why_) return *this;
    switch (crm::fault_of(rule.value, rule.bytes_max)) {
      case crm::TextFault::null_with_size:
        return fail(rule.field, "is NULL with a size; send its bytes");
      case crm::TextFault::too_long:
        return fail(rule.field, fmt::format("has {} bytes, at most {} are allowed; shorten it",
                                            rule.value.size, rule.bytes_max));
      case crm::TextFault::not_utf8:
        return fail(rule.field, "is not valid UTF-8; encode it as UTF-8");
      case crm::TextFault::none:
        break;
    }
    if (rule.required && rule.value.size == 0) return fail(rule.field, "is missing; send it");
    return *this;
  }
  Judge& id(const char* field, crm_str value) {
    return text({field, value, CRM_ID_BYTES_MAX, true});
  }
  Judge& optional_id(const char* field, crm_str value) {
    return text({field, value, CRM_ID_BYTES_MAX, false});
  }
  Judge& range(const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (why_ || (value >= low && value <= high)) return *this;
    return fail(field, fmt::format("is {}, it must be {} to {}", value, low, high));
  }
  Judge& amount(const char* field, std::int64_t value) {
    return range(field, value, 0, CRM_AMOUNT_MINOR_MAX);
  }
  Judge& one_of(const char* field, std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    return range(field, value, low, high);
  }
  Judge& time(const char* field, std::int64_t at_us) {
    if (why_ || (at_us >= CRM_TIME_US_MIN && at_us < CRM_TIME_US_MAX)) return *this;
    return fail(field, "is outside 1970 to 2199; check the clock that wrote it");
  }
  Judge& currency(const char* field, crm_str value) {
    if (why_) return *this;
    const auto code = crm::checked_view(value, CRM_CURRENCY_BYTES);
    const bool is_code = code && code->size() == CRM_CURRENCY_BYTES &&
                         std::ranges::all_of(*code, [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_code ? *this : fail(field, "must be an ISO 4217 code like KRW");
  }
  // For ids that were judged: nothing is compared of one that was found wrong.
  Judge& differ(crm_str id, crm_str other, const char* field, std::string_view wrong) {
    if (why_ || id.size == 0 || crm::view(id) != crm::view(other)) return *this;
    return fail(field, wrong);
  }
  Judge& check(bool good, const char* field, std::string_view wrong) {
    return why_ || good ? *this : fail(field, wrong);
  }
  std::optional<std::string> why() { return std::move(why_); }

 private:
  Judge& fail(const char* field, std::string_view wrong) {
    why_ = fmt::format("{} {}", field, wrong);
    return *this;
  }
  std::optional<std::string> why_;
};

std::optional<std::string> judge(const crm_event_message& event) {
  Judge judge;
  judge.id("message_id", event.message_id)
      .text({"name", event.name, CRM_NAME_BYTES_MAX, false})
      .one_of("kind", event.message_kind, CRM_MESSAGE_AUTOMATIC, CRM_MESSAGE_MANUAL)
      .one_of("channel", event.channel, 0, channel_count - 1)
      .one_of("state", event.state, CRM_STATE_SCHEDULED, CRM_STATE_CANCELLED);
  if ((event.head.flags & CRM_MESSAGE_HAS_SCHEDULED_AT) != 0) {
    judge.time("scheduled_at", event.scheduled_at_us);
  }
  if ((event.head.flags & CRM_MESSAGE_HAS_AUDIENCE) != 0) {
    judge.range("audience", event.audience, 0, CRM_AMOUNT_MINOR_MAX);
  }
  return judge.why();
}

std::optional<std::string> judge(const crm_event_delivery& event) {
  Judge judge;
  judge.id("message_id", event.message_id)
      .id("delivery_id", event.delivery_id)
      .id("member_id", event.member_id)
      .text({"provider", event.provider, CRM_PROVIDER_BYTES_MAX, false})
      .text({"code", event.code, CRM_CODE_BYTES_MAX, false})
      .text({"detail", event.detail, CRM_DETAIL_BYTES_MAX, false})
      .optional_id("fallback_of", event.fallback_of)
      .one_of("channel", event.channel, 0, channel_count - 1)
      .one_of("status", event.status, CRM_DELIVERY_SKIPPED, CRM_DELIVERY_DELIVERED)
      .differ(event.fallback_of, event.delivery_id, "fallback_of",
              "names the delivery itself; name the one it replaces");
  if ((event.head.flags & CRM_DELIVERY_HAS_COST) != 0) {
    judge.amount("cost_minor", event.cost_minor).currency("currency", event.currency);
  }
  return judge.why();
}

std::optional<std::string> judge(const crm_event_touch& event) {
  return Judge()
      .id("message_id", event.message_id)
      .optional_id("delivery_id", event.delivery_id)
      .id("member_id", event.member_id)
      .one_of("touch", event.touch, CRM_TOUCH_OPEN, CRM_TOUCH_COUPON)
      .why();
}

std::optional<std::string> judge_line(const crm_order_line* line, std::uint64_t index) {
  if (line == nullptr) return fmt::format("lines[{}] is NULL", index);
  if (line->size < sizeof(crm_order_line)) {
    return fmt::format(
        "lines[{}] is {} bytes, at least {} are needed; build the host with the "
        "current headers",
        index, line->size, sizeof(crm_order_line));
  }
  auto why = Judge()
                 .text({"product_no", line->product_no, CRM_ID_BYTES_MAX, false})
                 .text({"name", line->name, CRM_NAME_BYTES_MAX, false})
                 .text({"option", line->option, CRM_OPTION_BYTES_MAX, false})
                 // Returns and discounts are lines with a negative quantity or price.
                 .range("unit_price_minor", line->unit_price_minor, -CRM_AMOUNT_MINOR_MAX,
                        CRM_AMOUNT_MINOR_MAX)
                 .range("option_price_minor", line->option_price_minor, -CRM_AMOUNT_MINOR_MAX,
                        CRM_AMOUNT_MINOR_MAX)
                 .range("quantity", line->quantity, -CRM_QUANTITY_MAX, CRM_QUANTITY_MAX)
                 .why();
  if (why) return fmt::format("lines[{}].{}", index, *why);
  return {};
}

std::optional<std::string> judge(const crm_event_order& event) {
  auto why =
      Judge()
          .id("order_id", event.order_id)
          .optional_id("member_id", event.member_id)
          .optional_id("message_id", event.message_id)
          .currency("currency", event.currency)
          .amount("amount_minor", event.amount_minor)
          .range("revision", event.revision, 0, INT64_MAX)
          .check(event.line_count <= CRM_ORDER_LINES_MAX, "lines",
                 "has more than 10000 entries; split the order")
          .check(event.line_count == 0 || event.lines != nullptr, "lines", "is NULL with a count")
          .why();
  for (std::uint64_t i = 0; !why && i < event.line_count; ++i) {
    why = judge_line(event.lines[i], i);
  }
  return why;
}

std::optional<std::string> judge(const crm_event_refund& event) {
  return Judge()
      .id("refund_id", event.refund_id)
      .id("order_id", event.order_id)
      .currency("currency", event.currency)
      .amount("amount_minor", event.amount_minor)
      .why();
}

std::optional<std::string> judge(const crm_event_member_erased& event) {
  return Judge().id("member_id", event.member_id).why();
}

std::uint64_t sum(std::initializer_list<crm_str> texts) {
  std::uint64_t bytes = 0;
  for (const crm_str text : texts) bytes += text.size;
  return bytes;
}

std::uint64_t text_bytes(const crm_event_message& event) {
  return sum({event.message_id, event.name});
}
std::uint64_t text_bytes(const crm_event_delivery& event) {
  return sum({event.message_id, event.delivery_id, event.member_id, event.provider, event.code,
              event.detail, event.fallback_of, event.currency});
}
std::uint64_t text_bytes(const crm_event_touch& event) {
  return sum({event.message_id, event.delivery_id, event.member_id});
}
std::uint64_t text_bytes(const crm_event_order& event) {
  std::uint64_t bytes = sum({event.order_id, event.member_id, event.message_id, event.currency});
  for (std::uint64_t i = 0; i < event.line_count; ++i) {
    const crm_order_line& line = *event.lines[i];
    bytes += sizeof(line) + sum({line.product_no, line.name, line.option});
  }
  return bytes;
}
std::uint64_t text_bytes(const crm_event_refund& event) {
  return sum({event.refund_id, event.order_id, event.currency});
}
std::uint64_t text_bytes(const crm_event_member_erased& event) {
  return sum({event.member_id});
}

}  // namespace

std::uint64_t bytes_of(const crm::Event& event) {
  return std::visit(
      [](const auto& known) -> std::uint64_t {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) {
          return sizeof(*known) + text_bytes(*known);
        } else {
          return sizeof(crm_event);
        }
      },
      event);
}

std::optional<std::string> why_rejected(const crm::Event& event) {
  return std::visit(
      [](const auto& known) -> std::optional<std::string> {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) {
          auto why = Judge().time("at", known->head.at_us).why();
          return why ? why : judge(*known);
        } else {
          return {};
        }
      },
      event);
}

}  // namespace message_history
