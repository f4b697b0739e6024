#include "support/every_kind.h"

#include <algorithm>
#include <string>

#include "support/recorder_fixture.h"

namespace test {

namespace {

class Feed {
 public:
  explicit Feed(std::uint64_t seed) : random_(seed) {}

  std::vector<Event> make() {
    messages();
    deliveries();
    touches();
    orders();
    erasures();
    return std::move(events_);
  }

 private:
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool one_in(int n) { return pick(1, n) == 1; }
  std::string member() { return "회원 " + std::to_string(pick(1, 14)); }
  std::string message() { return "M" + std::to_string(pick(1, 6)); }
  std::int64_t time() { return monday_us + pick(0, 20 * 24 * 4) * 15 * minute_us; }

  void messages() {
    for (int i = 1; i <= 5; ++i) {  // M6 is never reported: its events are held
      const std::string id = "M" + std::to_string(i);
      const std::int64_t at_us = time();
      const auto kind = i % 2 == 0 ? CRM_MESSAGE_AUTOMATIC : CRM_MESSAGE_MANUAL;
      events_.push_back(Message{at_us, id, "봄맞이 \"특가\", " + id, kind, CRM_CHANNEL_ALIMTALK,
                                CRM_STATE_SCHEDULED, at_us + day_us, 20});
      events_.push_back(Message{at_us + day_us, id, " 특가 " + id, kind, CRM_CHANNEL_ALIMTALK,
                                CRM_STATE_SENDING});
      if (i == 3) continue;
      // At the same time as the one before: the later state stands.
      events_.push_back(Message{at_us + day_us, id, "완료 " + id, kind, CRM_CHANNEL_SMS,
                                i == 4 ? CRM_STATE_CANCELLED : CRM_STATE_COMPLETED, -1,
                                pick(10, 12)});
    }
  }

  void report(const std::string& message, const std::string& id, const std::string& member,
              const std::string& fallback_of) {
    static constexpr const char* codes[] = {"3018", "3008", "S31", "", "없는 코드"};
    static constexpr const char* providers[] = {"solapi", "", "bizm"};
    std::int64_t at_us = time();
    const auto final_status = static_cast<std::uint32_t>(pick(1, 7));
    const bool steps = final_status > CRM_DELIVERY_ACCEPTED;
    if (steps && !one_in(3)) {
      events_.push_back(Delivery{at_us, message, id, member, CRM_DELIVERY_ACCEPTED});
      at_us += pick(0, 3) * minute_us;
    }
    if (steps && one_in(2)) {
      events_.push_back(Delivery{at_us, message, id, member, CRM_DELIVERY_SENT});
      at_us += pick(0, 3) * minute_us;
    }
    Delivery last{at_us, message, id, member, final_status};
    last.fallback_of = fallback_of;
    if (final_status == CRM_DELIVERY_FAILED) last.code = codes[pick(0, 4)];
    if (one_in(4)) last.cost_minor = pick(8, 12);
    if (one_in(3)) {  // the result comes by another route than the rest
      last.channel = one_in(2) ? CRM_CHANNEL_SMS : CRM_CHANNEL_LMS;
      last.provider = providers[pick(0, 2)];
    }
    if (one_in(5)) last.detail = "detail " + std::to_string(pick(1, 3));
    events_.push_back(last);
    if (one_in(4)) {  // the same status again, at another time and with another code
      last.at_us += pick(-60, 60) * minute_us;
      last.code = codes[pick(0, 4)];
      events_.push_back(last);
      if (one_in(2)) {  // and at that time, with that code, by another route
        last.provider = providers[pick(0, 2)];
        events_.push_back(last);
      }
    }
  }

  void deliveries() {
    for (int i = 1; i <= 60; ++i) {
      const std::string id = "D" + std::to_string(i);
      const std::string message = this->message();
      const std::string member = this->member();
      const std::string original = one_in(5) ? "D-lost" + std::to_string(i) : "";
      report(message, id, member, original);
      if (one_in(3)) report(message, id + "-sms", member, id);
      if (one_in(6)) report(message, id + "-lms", member, one_in(2) ? id : id + "-sms");
    }
    // A ring of fallbacks is one recipient.
    for (int i = 0; i < 3; ++i) {
      report("M1", "ring" + std::to_string(i), "ring", "ring" + std::to_string((i + 1) % 3));
    }
    // One delivery, two members: it belongs to nobody.
    events_.push_back(Delivery{time(), "M1", "two", "회원 1", CRM_DELIVERY_SENT});
    events_.push_back(Delivery{time(), "M1", "two", "회원 2", CRM_DELIVERY_DELIVERED});
    // A message with a control group.
    for (int i = 1; i <= 14; ++i) {
      const auto status = i % 3 == 0 ? CRM_DELIVERY_HELD_OUT : CRM_DELIVERY_DELIVERED;
      events_.push_back(Delivery{time(), "M5", "control" + std::to_string(i),
                                 "회원 " + std::to_string(i), status});
    }
  }

  void touches() {
    for (int i = 0; i < 50; ++i) {
      Touch touch{time(), message(), "", member(), static_cast<std::uint32_t>(pick(1, 3))};
      if (one_in(2)) touch.delivery = "D" + std::to_string(pick(1, 60));
      events_.push_back(touch);
    }
  }

  void orders() {
    for (int i = 1; i <= 50; ++i) {
      Order order{time(), "O" + std::to_string(i), one_in(6) ? "" : member(), pick(0, 50) * 1000};
      if (one_in(6)) order.message = message();
      if (one_in(8)) order.currency = "USD";
      order.lines = {{"P" + std::to_string(i), "상품, \"" + std::to_string(i) + "\" ", "빨강",
                      pick(1, 9) * 1000, pick(-1, 1) * 100, pick(1, 3)}};
      if (one_in(5)) order.lines.push_back({"P-back", "반품", "", 1000, 0, -pick(1, 2)});
      if (one_in(5)) order.lines.push_back({"", "할인", "", -pick(1, 9) * 100, 0, 1});
      events_.push_back(order);
      if (one_in(3)) {  // edited, perhaps by another member; the edit is dated later
        order.revision = pick(0, 2);
        order.at_us += pick(0, 2) * hour_us;
        order.amount_minor = pick(0, 50) * 1000;
        if (one_in(3)) order.member = member();
        events_.push_back(order);
      }
      if (one_in(3)) refund(order);
    }
    // The same version of one order for two members: it belongs to nobody.
    Order twice{monday_us, "O-two", "회원 1"};
    events_.push_back(twice);
    twice.member = "회원 2";
    events_.push_back(twice);
    events_.push_back(Refund{time(), "R-lost", "O-never"});
  }

  void refund(const Order& order) {
    const std::string id = "R-" + order.id;
    events_.push_back(Refund{time(), id, order.id, pick(0, 60) * 1000, order.currency});
    if (one_in(2)) events_.push_back(Refund{time(), id + "b", order.id, pick(0, 60) * 1000});
    if (one_in(3)) events_.push_back(Refund{time(), id, order.id, pick(0, 60) * 1000});
  }

  void erasures() {
    events_.push_back(Erased{monday_us + 10 * day_us, "회원 3"});
    events_.push_back(Erased{monday_us + 5 * day_us, "회원 3"});
    events_.push_back(Erased{monday_us + 30 * day_us, "회원 4"});
    events_.push_back(Erased{monday_us + 8 * day_us, "회원 5"});
    events_.push_back(Erased{monday_us + 12 * day_us, "회원 5"});
    events_.push_back(Erased{monday_us + 12 * day_us, "never seen"});
  }

  std::mt19937_64 random_;
  std::vector<Event> events_;
};

}  // namespace

std::vector<Event> every_kind(std::uint64_t seed) {
  return Feed(seed).make();
}

std::vector<const Event*> pointers_to(const std::vector<Event>& events) {
  std::vector<const Event*> pointers;
  for (const Event& event : events) pointers.push_back(&event);
  return pointers;
}

std::vector<const Event*> permuted(const std::vector<Event>& events, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<const Event*> order;
  for (const Event& event : events) {
    const auto times = std::uniform_int_distribution<int>(1, 5)(random);
    order.insert(order.end(), static_cast<std::size_t>(times), &event);
  }
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

}  // namespace test
