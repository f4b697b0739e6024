#include "ingest/journal/batch_record.h"

#include <type_traits>
#include <variant>

#include "encoding/packed.h"

namespace message_history {

namespace {

constexpr std::uint8_t record_version = 2;
constexpr std::uint8_t record_version_without_names = 1;

// Of an event's first byte: its kind, and which of its texts are those of the delivery before.
constexpr std::uint8_t kind_bits = 7;
constexpr std::uint8_t same_message = 1 << 3;
constexpr std::uint8_t same_provider = 1 << 4;
constexpr std::uint8_t is_again = 1 << 5;
// Bits of a refused event: what is known of it.
constexpr std::uint8_t has_member = 1;
constexpr std::uint8_t refused_again = 1 << 1;
// Which of a delivery's rare fields follow.
constexpr std::uint8_t has_code = 1;
constexpr std::uint8_t has_detail = 1 << 1;
constexpr std::uint8_t has_fallback = 1 << 2;
constexpr std::uint8_t has_cost = 1 << 3;

void put_text(std::string& bytes, crm_str text) {
  message_history::put_text(bytes, crm::view(text));
}

bool is_same(crm_str a, crm_str b) {
  return crm::view(a) == crm::view(b);
}

}  // namespace

void BatchRecordWriter::add(const crm::Event& event) {
  std::visit(
      [this](const auto& known) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) {
          std::uint8_t first = static_cast<std::uint8_t>(known->head.kind);
          if ((known->head.flags & CRM_EVENT_AGAIN) != 0) first |= is_again;
          if constexpr (std::is_same_v<std::decay_t<decltype(known)>, const crm_event_delivery*>) {
            if (is_same(known->message_id, last_message_)) first |= same_message;
            if (is_same(known->provider, last_provider_)) first |= same_provider;
          }
          bytes_.push_back(static_cast<char>(first));
          put_varint(bytes_, known->head.seq - last_seq_);
          put_signed(bytes_, known->head.at_us - last_at_us_);
          last_seq_ = known->head.seq;
          last_at_us_ = known->head.at_us;
          put(*known);
          ++count_;
        }
      },
      event);
}

void BatchRecordWriter::put(const crm_event_message& event) {
  put_varint(bytes_, event.head.flags);
  put_text(bytes_, event.message_id);
  put_text(bytes_, event.name);
  put_varint(bytes_, event.message_kind);
  put_varint(bytes_, event.channel);
  put_varint(bytes_, event.state);
  put_signed(bytes_, event.scheduled_at_us);
  put_signed(bytes_, event.audience);
}

void BatchRecordWriter::put_again(crm_str text, crm_str& last) {
  if (is_same(text, last)) return;
  put_text(bytes_, text);
  last = text;
}

void BatchRecordWriter::put(const crm_event_delivery& event) {
  const bool costs = (event.head.flags & CRM_DELIVERY_HAS_COST) != 0;
  std::uint8_t fields = costs ? has_cost : 0;
  if (event.code.size != 0) fields |= has_code;
  if (event.detail.size != 0) fields |= has_detail;
  if (event.fallback_of.size != 0) fields |= has_fallback;
  bytes_.push_back(static_cast<char>(fields));
  bytes_.push_back(static_cast<char>(event.channel << 4 | event.status));
  put_again(event.message_id, last_message_);
  put_again(event.provider, last_provider_);
  put_text(bytes_, event.delivery_id);
  put_text(bytes_, event.member_id);
  if ((fields & has_code) != 0) put_text(bytes_, event.code);
  if ((fields & has_detail) != 0) put_text(bytes_, event.detail);
  if ((fields & has_fallback) != 0) put_text(bytes_, event.fallback_of);
  if (!costs) return;
  put_text(bytes_, event.currency);
  put_signed(bytes_, event.cost_minor);
}

void BatchRecordWriter::put(const crm_event_touch& event) {
  put_text(bytes_, event.message_id);
  put_text(bytes_, event.delivery_id);
  put_text(bytes_, event.member_id);
  put_varint(bytes_, event.touch);
}

void BatchRecordWriter::put(const crm_event_order& event) {
  put_text(bytes_, event.order_id);
  put_text(bytes_, event.member_id);
  put_text(bytes_, event.message_id);
  put_text(bytes_, event.currency);
  put_signed(bytes_, event.amount_minor);
  put_signed(bytes_, event.revision);
  put_varint(bytes_, event.line_count);
  for (std::uint64_t i = 0; i < event.line_count; ++i) {
    const crm_order_line& line = *event.lines[i];
    put_text(bytes_, line.product_no);
    put_text(bytes_, line.name);
    put_text(bytes_, line.option);
    put_signed(bytes_, line.unit_price_minor);
    put_signed(bytes_, line.option_price_minor);
    put_signed(bytes_, line.quantity);
  }
}

void BatchRecordWriter::put(const crm_event_refund& event) {
  put_text(bytes_, event.refund_id);
  put_text(bytes_, event.order_id);
  put_text(bytes_, event.currency);
  put_signed(bytes_, event.amount_minor);
}

void BatchRecordWriter::put(const crm_event_member_erased& event) {
  put_text(bytes_, event.member_id);
}

std::string BatchRecordWriter::finish(const BatchSummary& summary) const {
  std::string payload;
  payload.reserve(bytes_.size() + 256);
  payload.push_back(static_cast<char>(record_version));
  message_history::put_text(payload, summary.source);
  put_signed(payload, summary.recorded_at_us);
  put_varint(payload, summary.position);
  put_varint(payload, summary.duplicates);
  put_varint(payload, summary.skipped);
  put_varint(payload, summary.refused.size());
  for (const RefusedEvent& refused : summary.refused) {
    put_varint(payload, refused.seq);
    for (const std::string* text : {&refused.kind, &refused.reason, &refused.event}) {
      message_history::put_text(payload, *text);
    }
    put_varint(payload,
               (refused.member_id ? has_member : 0u) | (refused.again ? refused_again : 0u));
    if (refused.member_id) message_history::put_text(payload, *refused.member_id);
  }
  put_varint(payload, summary.skipped_by_name.size());
  for (const SkippedEvents& skipped : summary.skipped_by_name) {
    message_history::put_text(payload, skipped.name);
    put_varint(payload, skipped.count);
  }
  put_varint(payload, count_);
  payload += bytes_;
  return payload;
}

// Reads one payload into the record.
class BatchRecord::Reader {
 public:
  Reader(std::string_view payload, BatchRecord& record) : packed_(payload), record_(record) {}

  void read() {
    const std::uint8_t version = packed_.byte();
    if (version != record_version && version != record_version_without_names) corrupt_row();
    read_summary();
    if (version != record_version_without_names) read_skipped();
    const std::uint64_t count = bounded(CRM_BATCH_EVENTS_MAX);
    record_.events_.reserve(count);
    record_.deliveries_.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) read_event();
    if (!packed_.done()) corrupt_row();
  }

 private:
  std::uint64_t bounded(std::uint64_t max) {
    const std::uint64_t value = packed_.varint();
    if (value > max) corrupt_row();
    return value;
  }
  crm_str text() { return crm::str(packed_.text()); }
  std::uint32_t number() { return static_cast<std::uint32_t>(bounded(0xFFFFFFFF)); }

  void read_summary() {
    BatchSummary& summary = record_.summary_;
    summary.source = packed_.text();
    summary.recorded_at_us = packed_.signed_varint();
    summary.position = packed_.varint();
    summary.duplicates = packed_.varint();
    summary.skipped = packed_.varint();
    summary.refused.resize(bounded(CRM_BATCH_EVENTS_MAX));
    for (RefusedEvent& refused : summary.refused) {
      refused.seq = packed_.varint();
      for (std::string* text : {&refused.kind, &refused.reason, &refused.event}) {
        *text = packed_.text();
      }
      const std::uint64_t known = bounded(has_member | refused_again);
      if ((known & has_member) != 0) refused.member_id = packed_.text();
      refused.again = (known & refused_again) != 0;
    }
  }

  void read_skipped() {
    record_.summary_.skipped_by_name.resize(bounded(CRM_BATCH_EVENTS_MAX));
    for (SkippedEvents& skipped : record_.summary_.skipped_by_name) {
      skipped.name = packed_.text();
      skipped.count = packed_.varint();
    }
  }

  void read_event() {
    const std::uint8_t first = packed_.byte();
    crm_event head{};
    head.kind = first & kind_bits;
    head.flags = (first & is_again) != 0 ? CRM_EVENT_AGAIN : 0;
    head.seq = last_seq_ += packed_.varint();
    head.at_us = last_at_us_ += packed_.signed_varint();
    switch (head.kind) {
      case CRM_EVENT_MESSAGE:
        return read_message(head);
      case CRM_EVENT_DELIVERY:
        return read_delivery(head, first);
      case CRM_EVENT_TOUCH:
        return read_touch(head);
      case CRM_EVENT_ORDER:
        return read_order(head);
      case CRM_EVENT_REFUND:
        return read_refund(head);
      case CRM_EVENT_MEMBER_ERASED:
        return read_erasure(head);
      default:
        corrupt_row();
    }
  }

  template <class Kept>
  auto& keep(Kept& kept, const crm_event& head) {
    auto& event = kept.emplace_back();
    event.head = head;
    event.head.size = sizeof(event);
    record_.events_.emplace_back(&std::as_const(event));
    return event;
  }

  void read_message(const crm_event& head) {
    crm_event_message& event = keep(record_.messages_, head);
    event.head.flags |= number();
    event.message_id = text();
    event.name = text();
    event.message_kind = number();
    event.channel = number();
    event.state = number();
    event.scheduled_at_us = packed_.signed_varint();
    event.audience = packed_.signed_varint();
  }

  void read_delivery(const crm_event& head, std::uint8_t first) {
    crm_event_delivery& event = keep(record_.deliveries_, head);
    const std::uint8_t fields = packed_.byte();
    const std::uint8_t channel_and_status = packed_.byte();
    event.channel = channel_and_status >> 4;
    event.status = channel_and_status & 15;
    event.message_id = last_message_ = (first & same_message) != 0 ? last_message_ : text();
    event.provider = last_provider_ = (first & same_provider) != 0 ? last_provider_ : text();
    event.delivery_id = text();
    event.member_id = text();
    if ((fields & has_code) != 0) event.code = text();
    if ((fields & has_detail) != 0) event.detail = text();
    if ((fields & has_fallback) != 0) event.fallback_of = text();
    if ((fields & has_cost) == 0) return;
    event.head.flags |= CRM_DELIVERY_HAS_COST;
    event.currency = text();
    event.cost_minor = packed_.signed_varint();
  }

  void read_touch(const crm_event& head) {
    crm_event_touch& event = keep(record_.touches_, head);
    event.message_id = text();
    event.delivery_id = text();
    event.member_id = text();
    event.touch = number();
  }

  void read_order(const crm_event& head) {
    crm_event_order& event = keep(record_.orders_, head);
    event.order_id = text();
    event.member_id = text();
    event.message_id = text();
    event.currency = text();
    event.amount_minor = packed_.signed_varint();
    event.revision = packed_.signed_varint();
    std::vector<crm_order_line>& lines = record_.lines_.emplace_back();
    lines.resize(bounded(CRM_ORDER_LINES_MAX));
    std::vector<const crm_order_line*>& list = record_.line_lists_.emplace_back();
    for (crm_order_line& line : lines) {
      line.size = sizeof(line);
      line.product_no = text();
      line.name = text();
      line.option = text();
      line.unit_price_minor = packed_.signed_varint();
      line.option_price_minor = packed_.signed_varint();
      line.quantity = packed_.signed_varint();
      list.push_back(&line);
    }
    event.lines = list.data();
    event.line_count = list.size();
  }

  void read_refund(const crm_event& head) {
    crm_event_refund& event = keep(record_.refunds_, head);
    event.refund_id = text();
    event.order_id = text();
    event.currency = text();
    event.amount_minor = packed_.signed_varint();
  }

  void read_erasure(const crm_event& head) { keep(record_.erasures_, head).member_id = text(); }

  PackedReader packed_;
  BatchRecord& record_;
  std::uint64_t last_seq_ = 0;
  std::int64_t last_at_us_ = 0;
  crm_str last_message_{};
  crm_str last_provider_{};
};

BatchRecord::BatchRecord(std::string_view payload) {
  Reader(payload, *this).read();
}

}  // namespace message_history
