#include "ingest/apply/affected_orders.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace message_history {

void AffectedOrders::add(std::vector<ChangedTouch> changes, std::set<OrderNo>& orders) {
  std::erase_if(changes, [this](const ChangedTouch& changed) {
    const std::int64_t window_us = rule_.window_us(changed.kind);
    return window_us == 0 || !is_person(changed.member) ||
           !store_.may_have_orders({changed.at_us, changed.at_us + window_us});
  });
  // Neighbours in the order of members share what is read for them.
  std::ranges::sort(changes, [](const ChangedTouch& a, const ChangedTouch& b) {
    return std::tie(a.member, a.at_us) < std::tie(b.member, b.at_us);
  });
  for (const ChangedTouch& changed : changes) add_of(changed, orders);
}

// Why none is missed: let an order have another winner than before. When the one it has now has
// come, nothing beats that one, so its own walk does not pass the order over. When it was there
// before, the former winner beat it and is gone; whatever would beat the former winner now would
// have come, and win. So nothing does, and the walk of the one that is gone does not pass it over.
void AffectedOrders::add_of(const ChangedTouch& changed, std::set<OrderNo>& orders) {
  const std::int64_t last_us = changed.at_us + rule_.window_us(changed.kind);
  OrderPlace from{changed.at_us, {}};
  std::optional<Touch> touch;
  while (const auto order = store_.next_order(changed.member, from, last_us)) {
    if (!touch) {
      touch = Touch{changed.kind, changed.at_us, changed.message,
                    messages_.of(changed.message).message_id, std::string(changed.delivery_id)};
    }
    const OrderPlace& place = order->place;
    const Touch* const winner = touches_.winner(changed.member, place.placed_at_us);
    if (winner == nullptr || !beats(*winner, *touch)) {
      if (!order->names_message) orders.insert(place.number);
      from = {place.placed_at_us, OrderNo{place.number.value + 1}};
    } else if (winner->kind == touch->kind) {
      return;  // it stands as long, and so does each one after it
    } else {
      from = {winner->at_us + rule_.window_us(winner->kind) + 1, {}};
    }
  }
}

}  // namespace message_history
