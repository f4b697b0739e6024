// The deliveries that one batch touches: merging reports, joining fallback chains, counting
// recipients.
//
// A chain in the cache is always whole. One thread; lives for one transaction.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
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

  // Loads all at once what the store has of the deliveries that these events are about. They are
  // applied in this order, but for those that turn out to be rejected.
  void prefetch(std::span<const crm_event_delivery* const> events);

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
    Delivery now;
    std::unique_ptr<const Delivery> before;  // as it was when the transaction began; NULL: new
    std::optional<FiledDelivery> filed;      // where the store's indexes have it now
    bool is_absent = false;     // looked for in vain, and nothing of the batch is about it yet
    bool is_unsaved = false;    // may differ from the store's row
    bool is_rewritten = false;  // the store's row is this transaction's

    // Whether it is another one than when the transaction began.
    bool changed() const { return !is_absent && (before == nullptr || *before != now); }
  };
  struct Planned {
    const crm_event_delivery* event = nullptr;
    MessageRow* message = nullptr;
    Entry* entry = nullptr;
  };
  struct Name {
    MessageNo message;
    std::string_view delivery_id;
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const noexcept {
      return std::hash<std::string_view>{}(name.delivery_id) ^
             static_cast<std::size_t>(name.message.value) * 0x9E3779B97F4A7C15;
    }
  };
  // Attempts of one recipient, before or after the batch.
  using Group = std::span<const Delivery* const>;

  Entry& at(MessageNo message, std::string_view delivery_id);
  Entry* find(MessageNo message, std::string_view delivery_id);
  Entry& entry_named(MessageNo message, std::string_view delivery_id, bool& is_new);
  Entry& adopt(Delivery row);
  void load_chain(ChainNo chain);
  void link(Entry& a, Entry& b);
  std::vector<Entry*> group_of(Entry& entry);
  std::size_t chain_size(const Entry* entry);
  void assign_member(DeliveryState& state, std::string_view member_id);
  void assign_route(DeliveryState& state, Channel channel, std::string_view provider);

  template <class Visit>
  void each_group(bool after, const Visit& visit) const;
  void add(Group group, int sign);
  void add_attempt(const Delivery& delivery, int sign);
  void add_conversion(Group group, int sign);
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
  std::deque<Entry> entries_;  // addresses stay
  std::unordered_map<Name, Entry*, NameHash> by_name_;
  std::map<ChainNo, std::vector<Entry*>> chains_;  // by the chain they belong to now
  std::vector<Planned> planned_;
  std::size_t next_planned_ = 0;
};

}  // namespace message_history
