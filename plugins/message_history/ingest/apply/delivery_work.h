// The deliveries that one batch touches: merging reports, joining fallback chains, counting
// recipients.
//
// A chain in the cache is always whole. One thread; lives for one transaction.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "calendar/time_zone.h"
#include "ingest/apply/affected_orders.h"
#include "ingest/apply/member_work.h"
#include "ingest/apply/message_work.h"
#include "model/recipient.h"

#include <crm/ext/events.h>

namespace message_history {

struct MovedOrder {
  MemberNo member;
  OrderPlace place;
};

class DeliveryWork {
 public:
  DeliveryWork(WriteTransaction& store, const Rule& rule, TimeZone& zone, MessageWork& messages,
               MemberWork& members)
      : store_(store), rule_(rule), zone_(zone), messages_(messages), members_(members) {}

  // Loads all at once what the store has of the deliveries that these events are about. They are
  // applied in this order, but for those that turn out to be rejected. Once, before the first
  // apply(); the events stay readable until the end.
  void prefetch(std::span<const crm_event_delivery* const> events);

  // Empty, or why the delivery cannot be joined to the one it names as its original.
  std::optional<std::string> why_unlinkable(const crm_event_delivery& event);
  void apply(const crm_event_delivery& event);

  // Moves a delivery to another member.
  void reassign(const Delivery& delivery, MemberNo member);

  // Files stored deliveries as they are, in a store that has none of them yet; those joined by
  // chains may come in several transactions.
  void restore(std::span<const Delivery> rows);

  // Writes the changed rows, so that queries of the transaction see them.
  void flush_rows();

  // Adds the net change of every recipient to the counters, control groups included. `orders` are
  // those whose member or time changed, as they were and as they are. After flush_rows().
  void count(const std::vector<MovedOrder>& orders);

  // A success that came, went, moved in time or changed its member, as it was and as it is: orders
  // near it must be decided again. What it borrows stays as long as this object.
  void each_moved_success(const std::function<void(const ChangedTouch&)>& visit) const;

 private:
  struct Entry {
    explicit Entry(std::pmr::memory_resource* memory) : now{{}, {}, DeliveryState(memory)} {}
    Delivery now;
    const Delivery* before = nullptr;    // as it was when the transaction began; NULL: new
    std::optional<FiledDelivery> filed;  // of one that is unsaved: where the store has it
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
    Entry* original = nullptr;  // of a fallback
    MemberNo member;            // as the store knew it; none when it was not seen
  };
  // An event names a delivery; `entry` is where the event wants to know of it.
  struct Naming {
    std::string_view delivery_id;
    Entry** entry;
  };
  struct NamedOfMessage {
    MessageRow* message = nullptr;
    std::vector<Naming> namings;
  };
  using Name = DeliveryName;
  // Those that may be stored, and their entries.
  struct Lookups {
    std::vector<Name> names;
    std::vector<Entry*> entries;
  };
  struct KnownRoute {
    Channel channel;
    std::string_view provider;
    RouteNo number;
  };
  // Attempts of one recipient, before or after the batch.
  using Group = std::span<const Delivery* const>;

  Entry& at(MessageNo message, std::string_view delivery_id);
  Entry* find(MessageNo message, std::string_view delivery_id);
  Entry* known(const Name& name);
  Entry& add_entry(MessageNo message, std::string_view delivery_id);
  Entry& adopt(Delivery row);
  void take_stored(Entry& entry, const Delivery& row);
  void change(Entry& entry);
  std::vector<NamedOfMessage> plan(std::span<const crm_event_delivery* const> events);
  void add_named(NamedOfMessage& named, Lookups& lookups);
  void find_members();
  void find_stored(const Lookups& lookups);
  void load_chain(ChainNo chain);
  void link(Entry& a, Entry& b);
  std::vector<Entry*> group_of(Entry& entry);
  std::size_t chain_size(const Entry* entry);
  void assign_member(DeliveryState& state, std::string_view member_id, MemberNo found);
  RouteNo route_of(Channel channel, std::string_view provider);

  template <class Visit>
  void each_group(const Visit& visit) const;
  void add(Group group, int sign);
  void add_attempt(const Delivery& delivery, int sign);
  void add_conversion(Group group, int sign);
  void settle_conversions(const std::vector<MovedOrder>& orders,
                          const std::map<MessageNo, bool>& control_before);
  void settle_message(MessageNo message);
  void settle(Entry& entry);
  bool is_converted(const Recipient& recipient);
  Span reached_for(const MovedOrder& order);

  WriteTransaction& store_;
  const Rule& rule_;
  TimeZone& zone_;
  MessageWork& messages_;
  MemberWork& members_;
  // Entries and what they hold lie next to each other, and go all at once.
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::list<Entry> entries_{&memory_};  // addresses stay
  std::vector<Entry*> named_;                // by the events, in the order of Name
  std::map<Name, Entry*> others_;
  std::deque<Delivery> stored_;                    // as the transaction found them
  std::map<ChainNo, std::vector<Entry*>> chains_;  // by the chain they belong to now
  std::vector<Planned> planned_;
  std::size_t next_planned_ = 0;
  std::vector<KnownRoute> routes_;  // named by events of this batch
  const RouteOrder is_route_before_ = [this](RouteNo a, RouteNo b) {
    const Route& first = store_.route(a);
    const Route& second = store_.route(b);
    return std::tie(first.channel, first.provider) < std::tie(second.channel, second.provider);
  };
  bool any_unsaved_ = false;
  bool any_converted_ = false;  // of the stored rows, or settled
};

}  // namespace message_history
