// Questions about deliveries and members that the writer and snapshots ask the trees alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/snapshot.h"
#include "store/sqlite/index/tree_set.h"
#include "store/sqlite/index/trees.h"

namespace message_history::sqlite {

bool has_delivery(TreeSet& trees, MessageNo message, std::string_view delivery_id);
std::optional<Delivery> find_delivery(TreeSet& trees, MessageNo message,
                                      std::string_view delivery_id);
// CORRUPT when an index names a delivery that is not there.
Delivery named_delivery(TreeSet& trees, MessageNo message, std::string_view delivery_id);
Delivery named_delivery(TreeSet& trees, const MemberDelivery& entry);

// In delivery_id order, those after `after_id`.
std::vector<Delivery> deliveries_after(TreeSet& trees, MessageNo message, std::string_view after_id,
                                       std::int64_t limit);

// Empty when the message has none.
std::string highest_delivery_id(TreeSet& trees, MessageNo message);

// The attempts of a chain in delivery_id order.
std::vector<Delivery> deliveries_in_chain(TreeSet& trees, ChainNo chain);

// A member's entries with first_us <= at <= last_us, oldest first.
std::vector<MemberDelivery> member_deliveries(TreeSet& trees, MemberNo member,
                                              std::int64_t first_us, std::int64_t last_us);
// The same newest first, at most `limit`.
std::vector<MemberDelivery> newest_member_deliveries(TreeSet& trees, MemberNo member,
                                                     std::int64_t first_us, std::int64_t last_us,
                                                     std::int64_t limit);

// The member's latest success from first_us to last_us; where several are of that time, of each
// message the one with the highest delivery_id.
std::vector<MemberDelivery> latest_successes(TreeSet& trees, MemberNo member, std::int64_t first_us,
                                             std::int64_t last_us);

// The member's first order at this place or after it, placed no later than last_us.
std::optional<PlacedOrder> first_member_order(TreeSet& trees, MemberNo member,
                                              const OrderPlace& from, std::int64_t last_us);
// The member's last order before this place, placed no earlier than first_us.
std::optional<PlacedOrder> last_member_order(TreeSet& trees, MemberNo member,
                                             const OrderPlace& before, std::int64_t first_us);

// The member's orders placed in first_us to last_us, oldest first.
std::vector<OrderNo> member_orders(TreeSet& trees, MemberNo member, std::int64_t first_us,
                                   std::int64_t last_us);

// The member who has this id, or this tombstone.
std::optional<MemberRow> find_member(Connection& db, TreeSet& trees, std::string_view member);
std::optional<MemberRow> member_row(Connection& db, MemberNo number);

}  // namespace message_history::sqlite
