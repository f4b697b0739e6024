// Affected orders: which orders a touch that came or went may win or have won.
//
// The latest touch of a kind wins, so a touch wins orders only until the next one of its kind,
// and none while one of a higher rank has them. Walking a member's orders from the touch on stops
// at the first of these, and passes over what a touch of another kind keeps: what is walked is what
// changes, however many orders and touches the member has.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "ingest/apply/last_touch_finder.h"

namespace message_history {

// A touch that came or went. `delivery_id` is borrowed.
struct ChangedTouch {
  MemberNo member;
  TouchKind kind = TouchKind::delivered;
  std::int64_t at_us = 0;
  MessageNo message;
  std::string_view delivery_id;
};

// Finds them in the state after all changes of the transaction. One thread.
class AffectedOrders {
 public:
  AffectedOrders(WriteTransaction& store, const Rule& rule, MessageWork& messages,
                 LastTouchFinder& touches)
      : store_(store), rule_(rule), messages_(messages), touches_(touches) {}

  // Adds to `orders` all whose winner may be another than before the changes, and few others.
  void add(std::vector<ChangedTouch> changes, std::set<OrderNo>& orders);

 private:
  void add_of(const ChangedTouch& changed, std::set<OrderNo>& orders);

  WriteTransaction& store_;
  const Rule& rule_;
  MessageWork& messages_;
  LastTouchFinder& touches_;
};

}  // namespace message_history
