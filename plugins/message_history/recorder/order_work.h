// The touches, orders and refunds of one batch, and deciding which message each order is credited
// to.
//
// Touches and refunds are written as they come; orders by flush_rows(). One thread; one
// transaction.
#pragma once

#include <crm/ext/events.h>

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "attribution/last_touch.h"
#include "calendar/time_zone.h"
#include "recorder/delivery_work.h"
#include "recorder/member_work.h"
#include "recorder/message_work.h"

namespace message_history {

class OrderWork {
 public:
  OrderWork(WriteTransaction& store, const Rule& rule, TimeZone& zone, MessageWork& messages,
            MemberWork& members)
      : store_(store), rule_(rule), zone_(zone), messages_(messages), members_(members) {}

  void apply(const crm_event_touch& event);
  void apply(const crm_event_order& event);
  void apply(const crm_event_refund& event);

  void add_touch(const TouchRow& row);
  void remove_touch(const TouchRow& row);
  void reassign(OrderNo order, MemberNo member);
  // Files a stored order under its number, in a store that has no order of that id. `credited` is
  // the credit that it had, as its touch may no longer be kept.
  void restore(const Order& order, const std::optional<CreditRow>& credited);

  // Writes the changed orders, so that queries of the transaction see them.
  void flush_rows();

  // Orders whose member or time changed, before and after. After flush_rows().
  std::vector<DeliveryWork::PlacedOrder> moved() const;

  // The member's orders placed in the span must be decided again.
  void recheck(MemberNo member, Span placed) { rechecks_.push_back({member, placed}); }

  // Decides every order that changed or was rechecked, and brings credits and counters in line.
  // After all rows are flushed.
  void decide();

 private:
  struct Entry {
    std::optional<Order> before;
    std::optional<Order> stored;
    Order now;
    bool is_reassigned = false;         // to another number of the same person
    std::optional<CreditRow> credited;  // of a restored one
  };
  struct Recheck {
    MemberNo member;
    Span placed;
  };

  Entry& at(std::string_view order_id);
  Entry& at(OrderNo number);
  void take_version(Entry& entry, OrderVersion version, std::string_view member_id);
  std::vector<Touch> touches_before(const Order& order);
  std::optional<CreditRow> credit_of(const Entry& entry, const std::optional<CreditRow>& before);
  bool remembers(const Entry& entry, const CreditRow& before);
  void count_click_day(const TouchRow& row, int sign);
  void count_clicked_again(const TouchRow& row, const Span& day, int sign);
  void add(const CreditRow& credit, int sign);
  void add_to_shop(const Order& order, int sign);

  WriteTransaction& store_;
  const Rule& rule_;
  TimeZone& zone_;
  MessageWork& messages_;
  MemberWork& members_;
  std::unordered_map<std::string, Entry> entries_;  // by order id; nodes never move
  std::unordered_map<OrderNo, Entry*> by_number_;
  std::set<std::string> refunded_;  // order ids whose refunds changed
  std::vector<Recheck> rechecks_;
};

}  // namespace message_history
