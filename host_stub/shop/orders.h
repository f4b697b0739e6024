// The shop's orders: those that follow from deliveries, all the others, their edits and refunds.
#pragma once

#include <cstdint>
#include <limits>

#include "shop/chance/later_queue.h"
#include "shop/chance/member_permutation.h"
#include "shop/chance/shop_clock.h"
#include "shop/shop_events.h"

namespace host_stub {

inline constexpr int64_t never_us = std::numeric_limits<int64_t>::max();

// Sees to it that there are exactly as many orders as the settings want. A third of them are to be
// caused by deliveries, and fall due evenly with these; the others are spread over the period.
// Borrows everything it is given.
class Orders {
 public:
  Orders(const GeneratorSettings& settings, const std::vector<Campaign>& campaigns,
         LaterQueue& later, ShopEvents& events);

  // So many more deliveries have begun.
  void fall_due(int64_t deliveries);

  // Whether somebody who got this is to place one of the orders that fell due; then it is his.
  bool take_due(const AttemptPlace& place, uint32_t appeal_permille);

  // The order of a member who has been moved to buy.
  void expect(const AttemptPlace& place, int64_t member, int64_t at_us, bool names_message);

  // Nothing more is sent: what was to be caused and was not comes by itself.
  void give_up_causing(int64_t now_us);

  // When the next order that nothing caused comes; never_us after the last one.
  int64_t next_us() const { return next_us_; }
  void place_next();

  // An order, its edit or its refund is due.
  void place(const Later& order);
  void edit(const Later& edit);
  void refund(const Later& refund);

 private:
  // What is drawn, each from its own key.
  enum class Draw : uint64_t { customer, time, facts, edit_and_refund, second_refund, due };

  uint64_t key_of(Draw draw, int64_t number) const;
  void schedule_next(int64_t now_us);
  Later order_of_somebody() const;
  OrderEvent event_of(const Later& order, int64_t number, int64_t revision) const;

  const std::vector<Campaign>& campaigns_;
  LaterQueue& later_;
  ShopEvents& events_;
  const SendingPeriod period_;
  const MemberPermutation customers_;
  const int64_t members_;
  const int64_t deliveries_;
  const uint64_t key_;

  int64_t to_cause_ = 0;  // in all
  int64_t uncaused_ = 0;  // of these, still to be caused
  int64_t due_part_ = 0;  // of the next one to fall due, in 1/deliveries
  int64_t due_ = 0;       // and not yet taken
  int64_t spread_ = 0;    // over the period
  int64_t others_ = 0;    // that nothing causes
  int64_t others_placed_ = 0;
  int64_t next_us_ = never_us;
  int64_t placed_ = 0;
};

}  // namespace host_stub
