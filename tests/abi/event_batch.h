// Builds batches of events for tests. Every event is right as it is made; a test may then spoil it.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/text.hpp>

#include <array>
#include <deque>
#include <string>
#include <vector>

namespace crm_tests {

inline constexpr int64_t event_time_us = 1'740'000'000'000'000;

// Structures stay where they are, so references live as long as the batch.
class EventBatch {
 public:
  EventBatch(std::string tenant, std::string source, uint64_t first_seq = 1)
      : tenant_(std::move(tenant)), source_(std::move(source)), next_seq_(first_seq) {}
  EventBatch(const EventBatch&) = delete;
  EventBatch& operator=(const EventBatch&) = delete;

  crm_event_message& message(std::string_view id) {
    auto& event = messages_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_MESSAGE);
    event.message_id = event.name = keep(id);
    event.message_kind = CRM_MESSAGE_MANUAL;
    event.channel = CRM_CHANNEL_ALIMTALK;
    event.state = CRM_STATE_COMPLETED;
    return add(event);
  }

  crm_event_delivery& delivery(std::string_view message_id, std::string_view member_id) {
    auto& event = deliveries_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_DELIVERY);
    event.message_id = keep(message_id);
    event.delivery_id = keep("d-" + std::to_string(event.head.seq));
    event.member_id = keep(member_id);
    event.provider = crm::str("kakao");
    event.channel = CRM_CHANNEL_ALIMTALK;
    event.status = CRM_DELIVERY_DELIVERED;
    return add(event);
  }

  crm_event_touch& click(std::string_view message_id, std::string_view member_id) {
    auto& event = touches_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_TOUCH);
    event.message_id = keep(message_id);
    event.member_id = keep(member_id);
    event.touch = CRM_TOUCH_CLICK;
    return add(event);
  }

  crm_event_order& order(std::string_view member_id) {
    auto& line = lines_.emplace_back();
    line = {sizeof(line), 0, crm::str("p-1"), crm::str("mug"), crm::str("blue"), 9000, 1000, 1};
    line_pointers_.push_back(&line);
    auto& event = orders_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_ORDER);
    event.order_id = keep("o-" + std::to_string(event.head.seq));
    event.member_id = keep(member_id);
    event.currency = crm::str("KRW");
    event.amount_minor = 10000;
    event.lines = &line_pointers_.back();
    event.line_count = 1;
    return add(event);
  }

  crm_event_refund& refund(std::string_view order_id) {
    auto& event = refunds_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_REFUND);
    event.refund_id = keep("r-" + std::to_string(event.head.seq));
    event.order_id = keep(order_id);
    event.currency = crm::str("KRW");
    event.amount_minor = 500;
    return add(event);
  }

  crm_event_member_erased& erasure(std::string_view member_id) {
    auto& event = erasures_.emplace_back();
    event.head = head(sizeof(event), CRM_EVENT_MEMBER_ERASED);
    event.member_id = keep(member_id);
    return add(event);
  }

  // One event of a kind that no header knows.
  crm_event& unknown(uint32_t kind) {
    auto& event = unknown_.emplace_back();
    event = head(sizeof(event), kind);
    pointers_.push_back(&event);
    return event;
  }

  void null() { pointers_.push_back(nullptr); }

  // One of each kind, about `member_id` and a message of that name; six events.
  void one_of_each(std::string_view message_id, std::string_view member_id) {
    message(message_id);
    delivery(message_id, member_id);
    click(message_id, member_id);
    const auto& bought = order(member_id);
    refund(crm::view(bought.order_id));
    erasure("nobody");
  }

  crm_event_batch raw() const {
    return {sizeof(crm_event_batch), 0, crm::str(tenant_), crm::str(source_), pointers_.data(),
            pointers_.size()};
  }
  uint64_t count() const { return pointers_.size(); }
  uint64_t last_seq() const { return next_seq_ - 1; }

  crm_str keep(std::string_view text) { return crm::str(texts_.emplace_back(text)); }

 private:
  crm_event head(size_t size, uint32_t kind) {
    const uint64_t seq = next_seq_++;
    const auto step = static_cast<int64_t>(seq % 1'000'000);  // a wild seq has a time as well
    const int64_t at_us = event_time_us + step * 1000;
    return {static_cast<uint32_t>(size), kind, 0, 0, seq, at_us};
  }
  template <class T>
  T& add(T& event) {
    pointers_.push_back(&event.head);
    return event;
  }

  std::string tenant_;
  std::string source_;
  uint64_t next_seq_;
  std::deque<std::string> texts_;
  std::deque<crm_event_message> messages_;
  std::deque<crm_event_delivery> deliveries_;
  std::deque<crm_event_touch> touches_;
  std::deque<crm_event_order> orders_;
  std::deque<crm_event_refund> refunds_;
  std::deque<crm_event_member_erased> erasures_;
  std::deque<crm_event> unknown_;
  std::deque<crm_order_line> lines_;
  std::deque<const crm_order_line*> line_pointers_;
  std::vector<const crm_event*> pointers_;
};

// An acknowledgement with room for the details of its first rejections.
struct Ack {
  Ack() {
    raw.size = sizeof(raw);
    raw.rejections = rejections.data();
    raw.rejections_capacity = rejections.size();
  }
  Ack(const Ack&) = delete;
  Ack& operator=(const Ack&) = delete;

  crm_event_ack raw{};
  std::array<crm_event_rejection, 8> rejections{};
};

}  // namespace crm_tests
