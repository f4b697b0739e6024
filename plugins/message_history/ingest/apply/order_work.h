// The touches, orders and refunds of one batch, and deciding which message each order is credited
// to.
//
// Touches and refunds are written as they come; orders by flush_rows(). One thread; one
// transaction.
#pragma once

#include <crm/ext/events.h>

#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "attribution/last_touch.h"
#include "calendar/time_zone.h"
#include "ingest/apply/affected_orders.h"
#include "ingest/apply/delivery_work.h"
#include "ingest/apply/member_work.h"
#include "ingest/apply/message_work.h"

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
  std::vector<MovedOrder> moved() const;

  // A success that came or went is a touch, too. What it borrows stays until decide().
  void note(const ChangedTouch& changed) {
    if (rule_.window_us(changed.kind) > 0) changed_.push_back(changed);
  }

  // Decides every order that changed, or that a touch which came or went may have to do with, and
  // brings credits and counters in line. After all rows are flushed.
  void decide();

 private:
  struct Entry {
    std::optional<Order> before;
    std::optional<Order> stored;
    Order now;
    bool is_reassigned = false;         // to another number of the same person
    std::optional<CreditRow> credited;  // of a restored one
  };
  Entry* find(std::string_view order_id);
  Entry& adopt(Order order);
  Entry& at(std::string_view order_id);
  Entry& at(OrderNo number);
  void take_version(Entry& entry, OrderVersion version, std::string_view member_id);
  void note(const TouchRow& row);
  std::optional<Touch> winner_of(const Order& order, LastTouchFinder& touches);
  std::optional<CreditRow> credit_of(const Entry& entry, const std::optional<CreditRow>& before,
                                     LastTouchFinder& touches);
  bool remembers(const Entry& entry, const CreditRow& before);
  std::vector<const Entry*> due_entries(LastTouchFinder& touches);
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
  std::deque<TouchRow> touched_;  // that came or went; addresses stay
  std::vector<ChangedTouch> changed_;
};

}  // namespace message_history
