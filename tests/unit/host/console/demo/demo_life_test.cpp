// The demo shop lives on, hour after hour, whatever is next in it and whenever it is started.
#include "console/demo/demo_life.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "console/demo/demo_shop.h"
#include "shop/chance/shop_clock.h"

namespace host_stub {
namespace {

constexpr int64_t pulse_us = second_us / 2;
constexpr int days_before = 27;
const std::atomic<bool> not_interrupted = false;

// The demo shop under a clock of the test's.
class SimulatedShop {
 public:
  explicit SimulatedShop(int64_t hour_of_the_start) {
    auto settings = demo_shop_from(std::chrono::sys_days(std::chrono::days(20'000)));
    // Makes as many messages as the real one, with a tenth of the deliveries.
    settings.deliveries = 50'000;
    settings.orders = 500;
    settings.members = 6'000;
    now_us_ = (20'000 + days_before) * day_us - shop_offset_us + hour_of_the_start * hour_us;
    auto generator = Generator::create(settings);
    life_ = std::make_unique<DemoLife>(
        std::move(generator.value()), 0,
        [this](std::span<const crm_event* const> events) { return record(events); });
    EXPECT_GT(life_->catch_up(now_us_, not_interrupted).value(), 10'000u);
  }

  // The longest time without an event.
  int64_t live_us(int64_t duration_us) {
    int64_t longest_us = 0;
    int64_t last_us = now_us_;
    for (const int64_t end_us = now_us_ + duration_us; now_us_ < end_us; now_us_ += pulse_us) {
      const auto recorded = life_->pulse({now_us_, now_us_}, not_interrupted);
      if (recorded && recorded.value() > 0) last_us = now_us_;
      longest_us = std::max(longest_us, now_us_ - last_us);
    }
    return longest_us;
  }

  bool has_ended() { return life_->has_ended(); }
  const std::set<uint32_t>& kinds() const { return kinds_; }
  int refuse_next = 0;

 private:
  Outcome record(std::span<const crm_event* const> events) {
    if (refuse_next > 0) {
      --refuse_next;
      return failure(CRM_ERR_BUSY, "busy");
    }
    for (const crm_event* event : events) {
      EXPECT_EQ(event->seq, last_seq_ + 1) << "every event is recorded once and in order";
      EXPECT_LE(event->at_us, now_us_);
      last_seq_ = event->seq;
      kinds_.insert(event->kind);
      if (event->kind != CRM_EVENT_MESSAGE) continue;
      const auto& message = *reinterpret_cast<const crm_event_message*>(event);
      const bool is_under_way =
          message.state == CRM_STATE_SENDING || message.state == CRM_STATE_COMPLETED;
      if (is_under_way) {
        EXPECT_LE(message.scheduled_at_us, now_us_) << "sent before its time";
      }
    }
    return done();
  }

  int64_t now_us_ = 0;
  uint64_t last_seq_ = 0;
  std::set<uint32_t> kinds_;
  std::unique_ptr<DemoLife> life_;
};

TEST(DemoLife, SomethingHappensEveryFewSecondsForHours) {
  constexpr int64_t patience_and_a_pulse_us = demo_patience_us + 2 * pulse_us;
  for (const int64_t hour : {0, 3, 9, 14, 22}) {
    SimulatedShop shop(hour);
    EXPECT_LE(shop.live_us(12 * hour_us), patience_and_a_pulse_us) << "started at " << hour;
    EXPECT_FALSE(shop.has_ended());
    EXPECT_TRUE(shop.kinds().contains(CRM_EVENT_MESSAGE));
  }
}

TEST(DemoLife, AFailureDelaysAndLosesNothing) {
  SimulatedShop shop(9);
  shop.refuse_next = 1;
  EXPECT_LE(shop.live_us(minute_us), demo_patience_us + 3 * pulse_us);
}

}  // namespace
}  // namespace host_stub
