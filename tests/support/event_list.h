// Events as values that own their texts, and a list of them as the batch that crosses the
// interface.
#pragma once

#include <crm/ext/events.h>
#include <crm/cpp/text.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace test {

struct Line {
  std::string product_no{}, name{}, option{};
  std::int64_t unit_price_minor = 0, option_price_minor = 0, quantity = 1;
};

struct Message {
  std::int64_t at_us;
  std::string id, name = "Offer";
  std::uint32_t kind = CRM_MESSAGE_MANUAL, channel = CRM_CHANNEL_ALIMTALK,
                state = CRM_STATE_SENDING;
  std::int64_t scheduled_at_us = -1, audience = -1;
};
struct Delivery {
  std::int64_t at_us;
  std::string message, id, member;
  std::uint32_t status = CRM_DELIVERY_DELIVERED;
  std::string code{}, fallback_of{};
  std::uint32_t channel = CRM_CHANNEL_ALIMTALK;
  std::string provider = "mts-kakao", detail{};
  std::int64_t cost_minor = -1;
};
struct Touch {
  std::int64_t at_us;
  std::string message, delivery, member;
  std::uint32_t touch = CRM_TOUCH_CLICK;
};
struct Order {
  std::int64_t at_us;
  std::string id, member;
  std::int64_t amount_minor = 10000;
  std::string message{}, currency = "KRW";
  std::int64_t revision = 0;
  std::vector<Line> lines{};
};
struct Refund {
  std::int64_t at_us;
  std::string id, order;
  std::int64_t amount_minor = 1000;
  std::string currency = "KRW";
};
struct Erased {
  std::int64_t at_us;
  std::string member;
};
using Event = std::variant<Message, Delivery, Touch, Order, Refund, Erased>;

// Holds the C structures of some events; they point into the events given, which must outlive it.
class EventList {
 public:
  void add(const Event& event, std::uint64_t seq) {
    std::visit([&](const auto& known) { convert(known, seq); }, event);
  }
  crm_event_batch batch(const std::string& tenant, const std::string& source) const {
    crm_event_batch batch{};
    batch.size = sizeof(batch);
    batch.tenant = crm::str(tenant);
    batch.source = crm::str(source);
    batch.events = pointers_.data();
    batch.count = pointers_.size();
    return batch;
  }
  std::size_t size() const { return pointers_.size(); }

 private:
  template <class T>
  T& make(std::uint32_t kind, std::int64_t at_us, std::uint64_t seq) {
    auto holder = std::make_shared<T>();
    holder->head.size = sizeof(T);
    holder->head.kind = kind;
    holder->head.seq = seq;
    holder->head.at_us = at_us;
    pointers_.push_back(&holder->head);
    held_.push_back(holder);
    return *holder;
  }
  void convert(const Message& e, std::uint64_t seq) {
    auto& c = make<crm_event_message>(CRM_EVENT_MESSAGE, e.at_us, seq);
    c.message_id = crm::str(e.id);
    c.name = crm::str(e.name);
    c.message_kind = e.kind;
    c.channel = e.channel;
    c.state = e.state;
    c.scheduled_at_us = e.scheduled_at_us;
    c.audience = e.audience;
    if (e.scheduled_at_us >= 0) c.head.flags |= CRM_MESSAGE_HAS_SCHEDULED_AT;
    if (e.audience >= 0) c.head.flags |= CRM_MESSAGE_HAS_AUDIENCE;
  }
  void convert(const Delivery& e, std::uint64_t seq) {
    auto& c = make<crm_event_delivery>(CRM_EVENT_DELIVERY, e.at_us, seq);
    c.message_id = crm::str(e.message);
    c.delivery_id = crm::str(e.id);
    c.member_id = crm::str(e.member);
    c.provider = crm::str(e.provider);
    c.code = crm::str(e.code);
    c.detail = crm::str(e.detail);
    c.fallback_of = crm::str(e.fallback_of);
    c.channel = e.channel;
    c.status = e.status;
    if (e.cost_minor >= 0) {
      c.head.flags |= CRM_DELIVERY_HAS_COST;
      c.cost_minor = e.cost_minor;
      c.currency = crm::str("KRW");
    }
  }
  void convert(const Touch& e, std::uint64_t seq) {
    auto& c = make<crm_event_touch>(CRM_EVENT_TOUCH, e.at_us, seq);
    c.message_id = crm::str(e.message);
    c.delivery_id = crm::str(e.delivery);
    c.member_id = crm::str(e.member);
    c.touch = e.touch;
  }
  void convert(const Order& e, std::uint64_t seq) {
    auto& c = make<crm_event_order>(CRM_EVENT_ORDER, e.at_us, seq);
    c.order_id = crm::str(e.id);
    c.member_id = crm::str(e.member);
    c.message_id = crm::str(e.message);
    c.currency = crm::str(e.currency);
    c.amount_minor = e.amount_minor;
    c.revision = e.revision;
    auto lines = std::make_shared<
        std::pair<std::deque<crm_order_line>, std::vector<const crm_order_line*>>>();
    for (const Line& line : e.lines) {
      crm_order_line l{};
      l.size = sizeof(l);
      l.product_no = crm::str(line.product_no);
      l.name = crm::str(line.name);
      l.option = crm::str(line.option);
      l.unit_price_minor = line.unit_price_minor;
      l.option_price_minor = line.option_price_minor;
      l.quantity = line.quantity;
      lines->first.push_back(l);
      lines->second.push_back(&lines->first.back());
    }
    c.lines = lines->second.data();
    c.line_count = lines->second.size();
    held_.push_back(lines);
  }
  void convert(const Refund& e, std::uint64_t seq) {
    auto& c = make<crm_event_refund>(CRM_EVENT_REFUND, e.at_us, seq);
    c.refund_id = crm::str(e.id);
    c.order_id = crm::str(e.order);
    c.currency = crm::str(e.currency);
    c.amount_minor = e.amount_minor;
  }
  void convert(const Erased& e, std::uint64_t seq) {
    auto& c = make<crm_event_member_erased>(CRM_EVENT_MEMBER_ERASED, e.at_us, seq);
    c.member_id = crm::str(e.member);
  }

  std::vector<const crm_event*> pointers_;
  std::vector<std::shared_ptr<void>> held_;
};

}  // namespace test
