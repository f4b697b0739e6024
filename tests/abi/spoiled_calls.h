// Makes what a hostile host passes to a plugin: texts, structures and arrays that are right, wrong
// in one way, or wild, each just before a page that cannot be read.
//
// A size above a field's maximum is the only one that claims more than is there: the interface
// promises that nothing is read of such a text. All other sizes are honest.
#pragma once

#include <crm/ext/admin_views.h>
#include <crm/ext/events.h>
#include <crm/ext/exports.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

#include "event_batch.h"
#include "guarded_memory.h"

namespace crm_tests {

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  bool one_in(uint64_t n) { return below(n) == 0; }
  uint64_t below(uint64_t n) { return random_() % n; }
  uint64_t bits() { return random_(); }
  template <class T, size_t N>
  const T& of(const std::array<T, N>& list) {
    return list[below(N)];
  }

 private:
  std::mt19937_64 random_;
};

// What is made lives until begin() is called again.
class SpoiledCalls {
 public:
  explicit SpoiledCalls(uint64_t seed) : dice(seed) {}

  void begin() { memory_.reset(); }

  // A text for a field: of the few that are known, or any of its length, or one that is wrong.
  crm_str text(uint64_t bytes_max) {
    if (!dice.one_in(12)) return known_text(bytes_max);
    switch (dice.below(6)) {
      case 0:
        return {nullptr, dice.one_in(2) ? 3 : UINT64_MAX};
      case 1:  // only a byte of it is there
        return {memory_.copy("x"), bytes_max + 1 + dice.bits() % (UINT64_MAX - bytes_max)};
      case 2:
        return {memory_.copy("x"), bytes_max + 1};
      case 3:
        return kept(std::string(1 + dice.below(bytes_max), static_cast<char>(dice.bits())));
      case 4:
        return kept(bytes_max >= 3 ? "\xed\xa0\x80" : "\xff");
      default:
        return kept(std::string(bytes_max, 'm'));  // the maximum itself
    }
  }
  crm_str currency() {
    static constexpr std::array<std::string_view, 6> codes = {"KRW", "USD", "JPY", "K", "", "krw"};
    return dice.one_in(12) ? text(CRM_CURRENCY_BYTES) : kept(dice.of(codes));
  }
  crm_str kept(std::string_view text) { return {memory_.copy(text), text.size()}; }

  // A structure as it is, or cut: then it says that it is short, and is.
  template <class T>
  T* structure(T whole) {
    if (!dice.one_in(16)) {
      whole.size = dice.one_in(8) ? UINT32_MAX : sizeof(T);  // a larger size is never an error
      return memory_.copy_beginning(whole, sizeof(T));
    }
    const uint64_t bytes = 8 * (1 + dice.below(sizeof(T) / 8));
    whole.size = static_cast<uint32_t>(bytes - dice.below(std::min<uint64_t>(bytes, 8)));
    return memory_.copy_beginning(whole, bytes);
  }
  template <class T>
  T* event(T whole, uint32_t kind, uint64_t seq) {
    whole.head = {sizeof(T), kind, flags(), 0, seq, time()};
    if (!dice.one_in(24)) return memory_.copy_beginning(whole, sizeof(T));
    const uint64_t bytes = 8 * (1 + dice.below(sizeof(T) / 8));
    whole.head.size = static_cast<uint32_t>(bytes - dice.below(std::min<uint64_t>(bytes, 8)));
    return memory_.copy_beginning(whole, bytes);
  }
  void* room(size_t bytes) { return memory_.take(bytes); }
  template <class T>
  const T** pointers(size_t count) {
    return static_cast<const T**>(room(count * sizeof(const T*)));
  }

  const crm_event* any_event(uint64_t seq) {
    switch (dice.below(10)) {
      case 0:
        return &message(seq)->head;
      case 1:
      case 2:
      case 3:
        return &delivery(seq)->head;
      case 4:
        return &touch(seq)->head;
      case 5:
        return &order(seq)->head;
      case 6:
        return &refund(seq)->head;
      case 7:
        return dice.one_in(8) ? &erasure(seq)->head : &touch(seq)->head;
      case 8:
        return &refused(seq)->head;
      default:
        return dice.one_in(2) ? nullptr : unknown(seq);
    }
  }

  int64_t number(int64_t maximum) {
    static constexpr std::array<int64_t, 4> wild = {INT64_MIN, INT64_MAX, -1, 0};
    if (dice.one_in(10)) return dice.of(wild);
    if (dice.one_in(10)) return maximum + static_cast<int64_t>(dice.below(3)) - 1;
    return static_cast<int64_t>(dice.below(50'000));
  }
  uint32_t choice(uint32_t highest) {
    return static_cast<uint32_t>(dice.one_in(12) ? dice.bits() : dice.below(highest + 1));
  }

  Dice dice;

 private:
  crm_str known_text(uint64_t bytes_max) {
    static constexpr std::array<std::string_view, 14> texts = {
        "m-1", "m-2", "m-3", "a",    "b", "회원 1", "o-1",
        "o-2", "d-1", "d-2", "=1+1", "",  "KRW",    "Asia/Seoul"};
    const std::string_view text = dice.of(texts);
    return kept(text.size() <= bytes_max ? text : "x");
  }

  crm_event_message* message(uint64_t seq) {
    crm_event_message event{};
    event.message_id = text(CRM_ID_BYTES_MAX);
    event.name = text(CRM_NAME_BYTES_MAX);
    event.message_kind = choice(CRM_MESSAGE_MANUAL);
    event.channel = choice(CRM_CHANNEL_EMAIL);
    event.state = choice(CRM_STATE_CANCELLED);
    event.scheduled_at_us = time();
    event.audience = number(CRM_AMOUNT_MINOR_MAX);
    return this->event(event, CRM_EVENT_MESSAGE, seq);
  }
  crm_event_delivery* delivery(uint64_t seq) {
    crm_event_delivery event{};
    event.message_id = text(CRM_ID_BYTES_MAX);
    event.delivery_id = text(CRM_ID_BYTES_MAX);
    event.member_id = text(CRM_ID_BYTES_MAX);
    event.provider = text(CRM_PROVIDER_BYTES_MAX);
    event.code = text(CRM_CODE_BYTES_MAX);
    event.detail = text(CRM_DETAIL_BYTES_MAX);
    event.fallback_of = dice.one_in(3) ? text(CRM_ID_BYTES_MAX) : crm_str{};
    event.currency = currency();
    event.cost_minor = number(CRM_AMOUNT_MINOR_MAX);
    event.channel = choice(CRM_CHANNEL_EMAIL);
    event.status = choice(CRM_DELIVERY_DELIVERED);
    return this->event(event, CRM_EVENT_DELIVERY, seq);
  }
  crm_event_touch* touch(uint64_t seq) {
    crm_event_touch event{};
    event.message_id = text(CRM_ID_BYTES_MAX);
    event.delivery_id = text(CRM_ID_BYTES_MAX);
    event.member_id = text(CRM_ID_BYTES_MAX);
    event.touch = choice(CRM_TOUCH_COUPON);
    return this->event(event, CRM_EVENT_TOUCH, seq);
  }
  const crm_order_line* line() {
    if (dice.one_in(24)) return nullptr;
    crm_order_line line{};
    line.product_no = text(CRM_ID_BYTES_MAX);
    line.name = text(CRM_NAME_BYTES_MAX);
    line.option = text(CRM_OPTION_BYTES_MAX);
    line.unit_price_minor = number(CRM_AMOUNT_MINOR_MAX);
    line.option_price_minor = number(CRM_AMOUNT_MINOR_MAX);
    line.quantity = number(CRM_QUANTITY_MAX);
    return structure(line);
  }
  crm_event_order* order(uint64_t seq) {
    crm_event_order event{};
    event.order_id = text(CRM_ID_BYTES_MAX);
    event.member_id = text(CRM_ID_BYTES_MAX);
    event.message_id = text(CRM_ID_BYTES_MAX);
    event.currency = currency();
    event.amount_minor = number(CRM_AMOUNT_MINOR_MAX);
    event.revision = number(INT64_MAX - 2);
    event.line_count = dice.below(3);
    const crm_order_line** const lines = pointers<crm_order_line>(event.line_count);
    for (uint64_t i = 0; i < event.line_count; ++i) lines[i] = line();
    event.lines = lines;
    if (dice.one_in(16))
      event.line_count = CRM_ORDER_LINES_MAX + 1 + dice.bits() % (UINT64_MAX / 2);
    if (dice.one_in(16)) event.lines = nullptr;
    return this->event(event, CRM_EVENT_ORDER, seq);
  }
  crm_event_refund* refund(uint64_t seq) {
    crm_event_refund event{};
    event.refund_id = text(CRM_ID_BYTES_MAX);
    event.order_id = text(CRM_ID_BYTES_MAX);
    event.currency = currency();
    event.amount_minor = number(CRM_AMOUNT_MINOR_MAX);
    return this->event(event, CRM_EVENT_REFUND, seq);
  }
  crm_event_member_erased* erasure(uint64_t seq) {
    crm_event_member_erased event{};
    event.member_id = text(CRM_ID_BYTES_MAX);
    return this->event(event, CRM_EVENT_MEMBER_ERASED, seq);
  }
  crm_event_refused* refused(uint64_t seq) {
    crm_event_refused event{};
    event.name = text(CRM_REFUSED_NAME_BYTES_MAX);
    event.reason = text(CRM_DETAIL_BYTES_MAX);
    event.line = dice.bits();
    return this->event(event, CRM_EVENT_REFUSED, dice.one_in(4) ? 0 : seq);
  }
  const crm_event* unknown(uint64_t seq) {
    static constexpr std::array<uint32_t, 4> kinds = {0, 8, 9, UINT32_MAX};
    const crm_event head{sizeof(head), dice.of(kinds), flags(), 0, seq, time()};
    return memory_.copy_beginning(head, sizeof(head));
  }

  uint32_t flags() {
    uint32_t flags = static_cast<uint32_t>(dice.below(4));
    if (dice.one_in(20)) flags |= CRM_EVENT_AGAIN;
    return flags;
  }
  int64_t time() {
    static constexpr std::array<int64_t, 6> odd = {INT64_MIN,       INT64_MAX,           -1,
                                                   CRM_TIME_US_MAX, CRM_TIME_US_MAX - 1, 0};
    if (dice.one_in(16)) return dice.of(odd);
    return event_time_us + static_cast<int64_t>(dice.below(30 * 24 * 3600)) * 1'000'000;
  }

  static constexpr size_t places = 1'024;
  GuardedMemory memory_{places};
};

}  // namespace crm_tests
