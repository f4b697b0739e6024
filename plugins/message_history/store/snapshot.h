// One consistent reading of a tenant's history, for views, exports and the digest.
//
// Sees what was committed when it was taken, however long it lives. Pages are keyset: each query
// returns at most `limit` rows after a key. One thread a snapshot. Throws crm::Failure (IO,
// CORRUPT, NO_MEMORY).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attribution/latest_touches.h"
#include "model/delivery.h"
#include "model/order.h"
#include "model/recipient.h"
#include "store/message_list.h"
#include "store/rows.h"

namespace message_history {

// Which messages a list shows. Days are of the tenant's time zone, counted from 1970-01-01.
struct MessageFilter {
  MessageKind kind = MessageKind::manual;
  std::string text;  // in name or id, without regard to ASCII case; empty: all
  std::optional<Channel> channel;
  std::optional<MessageResult> result;
  OverdueNow overdue;
  std::optional<std::int32_t> first_day;  // sent (or due) on it or later
  std::optional<std::int32_t> last_day;   // and on it or earlier
};

struct MessagePage {
  MessageSort sort = MessageSort::activity;
  bool descending = true;
  std::optional<ListKey> after;  // the last row of the page before
  std::int64_t limit = 50;
};

struct MessageListRow {
  MessageRow message;
  MoneyByCurrency money;
  ListKey key;
};

struct MessageTotals {
  ListCounts counts;
  std::map<std::string, ShopMoney> money;
  friend bool operator==(const MessageTotals&, const MessageTotals&) = default;
};

// Days of the tenant's time zone, both included.
struct DaySpan {
  std::int32_t first = 0;
  std::int32_t last = 0;
  friend bool operator==(const DaySpan&, const DaySpan&) = default;
};

// Counters of messages in a span of days: recipients by the day they were sent, members with a
// click in it (each once), money by the day of the order.
struct PeriodRow {
  MessageNo message;
  DayCounts counts;
  MoneyByCurrency money;
};

struct FailureRow {
  Route route;
  std::string code;
  FailureCounts counts;
};

struct RevenueDayRow {
  std::int32_t day = 0;
  std::string currency;
  ShopMoney money;
};

// A credited order with what the buyers' list shows of it.
struct BuyerRow {
  CreditRow credit;
  std::string order_id;
  std::string member;  // id or tombstone; empty without a member
};

// Where a buyer stands: of orders of one time, by the bytes of the order's id.
struct BuyerKey {
  std::int64_t ordered_at_us = 0;
  std::string order_id;
};

struct MemberRow {
  MemberNo number;
  std::string member;  // id or tombstone
  bool erased = false;
};

struct TimelineKey {
  std::int64_t at_us = 0;
  std::string tie;  // opaque
};

// One thing on a member's time line, newest first.
struct TimelineRow {
  enum class What : std::uint8_t { delivery, touch, order, refund };
  What what = What::delivery;
  std::int64_t at_us = 0;
  MessageNo message;  // of a delivery or touch
  std::optional<Delivery> delivery;
  std::optional<TouchRow> touch;
  std::optional<Order> order;
  std::optional<Refund> refund;
  TimelineKey key;
};

struct QuarantineEntry {
  std::int64_t number = 0;
  std::string source;
  QuarantineRow row;
};

struct SkippedEntry {
  std::string source;
  SkippedRow row;
};

struct StoreSize {
  std::int64_t file_bytes = 0;
  std::int64_t free_bytes = 0;  // inside the file, reusable
};

// An order as the attribution of all orders needs it. Views live as long as the call.
struct SweptOrder {
  std::int64_t placed_at_us = 0;
  MessageNo message;  // that the host named; or none
  std::string_view currency;
  std::int64_t amount_minor = 0;
  std::int64_t refunded_minor = 0;
};

// Takes members one by one; of each, touches and orders in the order of time, and of one time the
// touches first. Touches after a member's last order may be left out.
class AttributionVisitor {
 public:
  virtual ~AttributionVisitor() = default;
  virtual void begin_member() = 0;
  virtual void touch(const SweptTouch& touch) = 0;
  virtual void order(const SweptOrder& order) = 0;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // Messages.
  virtual std::vector<MessageListRow> messages(const MessageFilter& filter,
                                               const MessagePage& page) = 0;
  virtual MessageTotals totals(const MessageFilter& filter) = 0;
  // Messages of a kind with anything in the days or listed in them, in no order; some `limit` of
  // them when there are more.
  virtual std::vector<PeriodRow> period(MessageKind kind, const DaySpan& days,
                                        std::int64_t limit) = 0;
  virtual std::optional<MessageRow> message(std::string_view message_id) = 0;
  virtual std::optional<MessageRow> message(MessageNo number) = 0;
  virtual MoneyByCurrency money(MessageNo message) = 0;
  // Those with the most attempts.
  virtual std::vector<FailureRow> failures(MessageNo message, std::int64_t limit) = 0;
  virtual std::int64_t failed_attempts(MessageNo message) = 0;  // all of them
  // The newest, rising by day and currency.
  virtual std::vector<RevenueDayRow> revenue_days(MessageNo message, std::int64_t limit) = 0;
  virtual std::map<std::string, ShopMoney> shop() = 0;
  virtual std::map<std::string, ShopMoney> shop(const DaySpan& days) = 0;  // by day of the order
  // Credited orders by the touch they are credited to.
  virtual std::map<TouchKind, std::int64_t> orders_by_touch(MessageNo message) = 0;
  // Whether a credited order has a refund in another currency than its own, looked for among the
  // first 10,000 orders that have one.
  virtual bool has_other_refunds(MessageNo message) = 0;
  virtual Route route(RouteNo number) = 0;

  // Deliveries of one message in delivery_id order.
  virtual std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                           std::int64_t limit) = 0;
  // The same, only those whose status is `failed`.
  virtual std::vector<Delivery> failed_deliveries(MessageNo message, std::string_view after_id,
                                                  std::int64_t limit) = 0;
  virtual std::optional<Delivery> delivery(MessageNo message, std::string_view delivery_id) = 0;
  virtual std::vector<Delivery> chain(ChainNo number) = 0;
  // Every delivery of the message in delivery_id order, without loading them all; stops when
  // `visit` returns false.
  virtual void each_delivery(MessageNo message,
                             const std::function<bool(const Delivery&)>& visit) = 0;
  // Those of a span in delivery_id order, in batches that are borrowed for the visit. Other
  // functions of the snapshot may be called in between.
  struct IdSpan {
    std::string_view from_id;   // inclusive
    std::string_view until_id;  // exclusive; empty: to the last
  };
  using DeliveriesVisit = std::function<void(std::span<const Delivery>)>;
  virtual void each_delivery(MessageNo message, const IdSpan& span,
                             const DeliveriesVisit& visit) = 0;
  // An id after `from_id`, which is inclusive, with about `deliveries` (at least 1) in front of it;
  // empty when no more than about that many are left. The answer need not be a delivery's.
  virtual std::string part_end(MessageNo message, std::string_view from_id,
                               std::int64_t deliveries) = 0;

  // Members.
  virtual std::optional<MemberRow> member(std::string_view member_id) = 0;
  virtual std::optional<MemberRow> member(MemberNo number) = 0;
  // Those of `count` consecutive numbers, rising; numbers that nobody has are left out. A row is
  // borrowed for the visit.
  virtual void each_member(MemberNo first, std::int64_t count,
                           const std::function<void(const MemberRow&)>& visit) = 0;
  virtual MemberNo last_member() = 0;  // the highest number; none without members
  virtual std::vector<TimelineRow> timeline(MemberNo member,
                                            const std::optional<TimelineKey>& after,
                                            std::int64_t limit) = 0;
  virtual std::vector<Delivery> deliveries_of(MemberNo member, std::int64_t from_us,
                                              std::int64_t to_us, std::int64_t limit) = 0;
  virtual std::vector<TouchRow> touches_of(MemberNo member, std::int64_t from_us,
                                           std::int64_t to_us, std::int64_t limit) = 0;

  // Orders and credits.
  virtual std::optional<Order> order(std::string_view order_id) = 0;
  virtual std::optional<Order> order(OrderNo number) = 0;
  virtual std::vector<Refund> refunds_of(std::string_view order_id) = 0;
  virtual std::optional<CreditRow> credit(OrderNo order) = 0;
  virtual std::vector<BuyerRow> buyers(MessageNo message, const std::optional<BuyerKey>& after,
                                       std::int64_t limit) = 0;  // newest first
  // Every credit of the message in the order of an export: by the delivery it is shown beside,
  // which is the one that reached the member (empty when none did), then order_id. Stops when
  // `visit` returns false.
  struct Sale {
    std::string delivery_id;
    std::string order_id;
    CreditRow credit;
  };
  virtual void each_sale(MessageNo message, const std::function<bool(const Sale&)>& visit) = 0;
  // The same, one at a time; the first one takes longest. At most one reader a snapshot; other
  // functions of the snapshot may be called in between.
  class SaleReader {
   public:
    virtual ~SaleReader() = default;
    virtual std::optional<Sale> next() = 0;  // empty after the last
  };
  virtual std::unique_ptr<SaleReader> sales(MessageNo message) = 0;

  // Everything attribution goes by, of the members in [first, last]; with `first` below the first
  // member, also the orders of nobody.
  virtual void sweep(MemberNo first, MemberNo last, AttributionVisitor& visitor) = 0;
  virtual std::vector<std::string> message_ids() = 0;  // by number; empty where there is none

  // Audit, health.
  virtual std::vector<AuditRow> audit_newest(std::int64_t before_number, std::int64_t limit) = 0;
  virtual std::vector<AuditRow> audit_oldest(std::int64_t after_number, std::int64_t limit) = 0;
  // What the writer noted beside the chain when it added the newest row.
  virtual AuditHead audit_head() = 0;
  // The grants of exports that have not ended, oldest first.
  virtual std::vector<AuditRow> running_exports() = 0;
  virtual std::optional<AuditRow> newest_completed_export() = 0;
  virtual std::vector<SourceRow> sources() = 0;
  virtual std::vector<QuarantineEntry> quarantine(std::int64_t before_number,
                                                  std::int64_t limit) = 0;
  virtual std::int64_t quarantine_count() = 0;
  // The sequence numbers in quarantine above `after`, rising, each once.
  virtual std::vector<std::int64_t> refused_seqs(std::string_view source, std::int64_t after,
                                                 std::int64_t limit) = 0;
  virtual std::vector<SkippedEntry> skipped_by_name() = 0;
  // Reads how much the source has sent again since its last new event.
  virtual Repeated repeated(SourceNo source) = 0;
  // Messages that events named but nobody announced yet, and refunds of orders nobody reported yet.
  virtual std::int64_t held_messages() = 0;
  virtual std::int64_t held_refunds() = 0;
  virtual StoreSize size() = 0;
  // Details may be gone of what happened before this time; 0 while everything is kept.
  virtual std::int64_t kept_from_us() = 0;

  // Everything that is a function of the set of events, in one order and free of the store's own
  // numbers, piece by piece: the input of the digest.
  virtual void each_fact(const std::function<void(std::string_view)>& visit) = 0;

  // Which erasures are not complete.
  virtual PendingScrub pending_scrub() = 0;

  // How many steps the engine took for this snapshot so far: what a page costs, without a clock.
  virtual std::int64_t steps() = 0;
};

}  // namespace message_history
