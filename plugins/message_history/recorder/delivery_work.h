// The deliveries that one batch touches: merging reports, joining fallback chains, counting
// recipients.
//
// A chain in the cache is always whole. One thread; lives for one transaction.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "calendar/time_zone.h"
#include "model/recipient.h"
#include "recorder/member_work.h"
#include "recorder/message_work.h"

#include <crm/ext/events.h>

namespace message_history {

class DeliveryWork {
 public:
  DeliveryWork(WriteTransaction& store, const Rule& rule, TimeZone& zone, MessageWork& messages,
               MemberWork& members)
      : store_(store), rule_(rule), zone_(zone), messages_(messages), members_(members) {}

  // Empty, or why the delivery cannot be joined to the one it names as its original.
  std::optional<std::string> why_unlinkable(const crm_event_delivery& event);
  void apply(const crm_event_delivery& event);

  // Moves a delivery to another member.
  void reassign(const Delivery& delivery, MemberNo member);

  // Writes the changed rows, so that queries of the transaction see them.
  void flush_rows();

  // Adds the net change of every recipient to the counters, control groups included. `orders` are
  // the orders whose member or time changed, as (member, placed_at). After flush_rows().
  struct PlacedOrder {
    MemberNo member;
    std::int64_t placed_at_us;
  };
  void count(const std::vector<PlacedOrder>& orders);

  // A success that came, went, moved in time or changed its member: orders near it must be decided
  // again.
  void each_moved_success(const std::function<void(MemberNo, std::int64_t at_us)>& visit) const;

 private:
  struct Entry {
    std::optional<Delivery> before;  // as it was when the transaction began
    std::optional<Delivery> stored;  // as it stands in the store now
    Delivery now;
  };
  // Attempts of one recipient, before or after the batch.
  using Group = std::vector<const Delivery*>;

  Entry& at(MessageNo message, std::string_view delivery_id);
  Entry* find(MessageNo message, std::string_view delivery_id);
  Entry& adopt(Delivery row);
  void load_chain(ChainNo chain);
  void link(Entry& a, Entry& b);
  std::vector<Entry*> group_of(Entry& entry);
  std::size_t chain_size(const Entry* entry);
  void assign_member(DeliveryState& state, std::string_view member_id);
  void assign_route(DeliveryState& state, Channel channel, std::string_view provider);

  std::vector<Group> groups(bool after) const;
  void add(const Group& group, int sign);
  void add_attempt(const Delivery& delivery, int sign);
  void add_conversion(const Group& group, int sign);
  void settle_conversions(const std::vector<PlacedOrder>& orders,
                          const std::map<MessageNo, bool>& control_before);
  void settle_message(MessageNo message);
  void settle(Entry& entry);
  bool is_converted(const Recipient& recipient);

  WriteTransaction& store_;
  const Rule& rule_;
  TimeZone& zone_;
  MessageWork& messages_;
  MemberWork& members_;
  // Keyed by message and delivery id; nodes never move.
  std::unordered_map<std::string, Entry> entries_;
  std::map<ChainNo, std::vector<Entry*>> chains_;  // by the chain they belong to now
};

}  // namespace message_history
