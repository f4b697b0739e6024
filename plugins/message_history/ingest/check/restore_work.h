// Restore work: counts stored facts anew, with the code that counts them while they are recorded.
//
// Begins with a store that has the same members, routes and rule, and nothing else. Facts come in
// this order: messages, deliveries, touches, refunds, orders. One thread; lives for one
// transaction or a part of one.
#pragma once

#include <optional>
#include <span>

#include "ingest/apply/order_work.h"

namespace message_history {

class RestoreWork {
 public:
  RestoreWork(WriteTransaction& store, const TenantFacts& facts, TimeZone& zone)
      : store_(store),
        messages_(store, facts, zone),
        members_(store, facts.member_salt),
        deliveries_(store, facts.rule, zone, messages_, members_),
        orders_(store, facts.rule, zone, messages_, members_) {}

  // Takes the report of a message; in the order of numbers, which must be without gaps.
  void restore(const MessageRow& message);
  // At most once for each RestoreWork, since what the store has of their chains is looked up first.
  void restore(std::span<const Delivery> deliveries);
  void restore(const TouchRow& touch) { orders_.add_touch(touch); }
  void restore(const Refund& refund) { store_.put_refund(refund); }
  // `credited` is its stored credit, which counts where the touch that won is no longer kept.
  void restore(const Order& order, const std::optional<CreditRow>& credited) {
    orders_.restore(order, credited);
  }

  // Counts and writes; then the transaction can be committed, or go on with another RestoreWork.
  void finish();

 private:
  WriteTransaction& store_;
  MessageWork messages_;
  MemberWork members_;
  DeliveryWork deliveries_;
  OrderWork orders_;
};

}  // namespace message_history
