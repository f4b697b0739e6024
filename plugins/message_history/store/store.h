// The store port: what recorder, history and export need from an engine. One store holds one
// tenant.
//
// Threads: what StoreReader offers is for any thread, beside the writer, and each snapshot for one
// thread; all else of a store is for one thread at a time (the tenant's writer lock). Errors: every
// function throws crm::Failure with IO, FULL, CORRUPT, BUSY or NO_MEMORY; after one thrown inside a
// transaction the transaction is over and nothing of it is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attribution/rule.h"
#include "model/delivery.h"
#include "model/order.h"
#include "store/message_list.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// What the store keeps about its tenant, fixed when it is created.
struct TenantFacts {
  std::string tenant;
  std::string time_zone;  // IANA
  std::string currency;   // the shop's main one
  Rule rule;
  Sha256 member_salt{};  // keys MemberKey
};

struct Span {
  std::int64_t from_us = 0;  // inclusive
  std::int64_t to_us = 0;    // inclusive
};

// What the store's indexes say of a delivery.
struct FiledDelivery {
  MemberNo member;
  std::int64_t timeline_at_us = 0;
  ChainNo chain;
  bool is_success = false;
  bool is_failed = false;
  friend bool operator==(const FiledDelivery&, const FiledDelivery&) = default;
};

inline FiledDelivery filed(const DeliveryState& state) {
  return {state.member, state.timeline_at_us(), state.chain, is_success(state.status()),
          state.status() == DeliveryStatus::failed};
}

struct MemberLookup {
  std::string_view member_id;
  MemberNo found;  // living; none when not seen
};

// One transaction of the tenant's only writer. Dropping it without commit() takes everything back.
class WriteTransaction {
 public:
  virtual ~WriteTransaction() = default;

  virtual SourceRow source(std::string_view name) = 0;  // created when it is new
  virtual void put_source(const SourceRow& row) = 0;
  // Adds to what a source repeats without a new event among it; a new one ends that.
  virtual void add_repeated(SourceNo source, const Repeated& more) = 0;
  virtual void end_repeated(SourceNo source) = 0;
  // Takes the place of an equal row, so that a repeated report is kept once.
  virtual void add_quarantine(const QuarantineRow& row) = 0;
  virtual void remove_quarantine(SourceNo source, std::int64_t seq) = 0;
  virtual void count_skipped(const SkippedRow& row) = 0;  // adds to the row's events
  // Blanks the quarantined events that name this member.
  virtual void redact_quarantine(const MemberKey& member) = 0;

  virtual std::optional<MessageRow> message(std::string_view message_id) = 0;
  virtual MessageRow message(MessageNo number) = 0;
  virtual MessageNo add_message(std::string_view message_id) = 0;
  virtual void put_message(const MessageRow& row) = 0;  // all but the key and the id
  virtual MoneyByCurrency money(MessageNo message) = 0;
  virtual void move_lists(const ListChanges& changes) = 0;

  virtual RouteNo route(Channel channel, std::string_view provider) = 0;  // created when it is new
  virtual const Route& route(RouteNo number) = 0;

  virtual MemberNo live_member(std::string_view member_id) = 0;  // none when not seen
  // Fills `found` of each; much cheaper for many at once.
  virtual void find_members(std::span<MemberLookup> lookups) = 0;
  virtual MemberNo add_member(std::string_view member_id) = 0;
  // The living member of this id, who is added when not seen.
  virtual MemberNo member(std::string_view member_id) = 0;
  virtual std::optional<std::string> live_member_id(MemberNo number) = 0;  // empty when erased
  virtual void remove_member(MemberNo number) = 0;  // nothing is filed under it any more
  // False when the id was never erased. True costs erasure() a look, and is seldom in vain.
  virtual bool may_be_erased(std::string_view member_id) = 0;
  virtual std::optional<MemberIdentity> erasure(const MemberKey& key) = 0;  // `live` is not filled
  // Replaces the member's id by a pseudonym; without a member, makes one that has only the
  // pseudonym.
  virtual MemberNo pseudonymize(MemberNo member, std::string_view pseudonym) = 0;
  // What happened under the id up to `until_us` is the erased member's.
  virtual void put_erasure(std::string_view member_id, const MemberKey& key, MemberNo erased,
                           std::int64_t until_us) = 0;

  virtual std::optional<Delivery> delivery(MessageNo message, std::string_view delivery_id) = 0;
  virtual std::vector<Delivery> chain(ChainNo number) = 0;
  virtual ChainNo next_chain() = 0;
  // `before` is how the stored row is filed; NULL for a new one.
  virtual void put_delivery(const Delivery& row, const FiledDelivery* before) = 0;
  // In delivery_id order, those after `after_id`, at most `limit`.
  virtual std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                           std::int64_t limit) = 0;
  // Those of many names that are there, in no order; much cheaper than one by one.
  virtual void find_deliveries(
      std::span<const DeliveryName> names,
      const std::function<void(std::size_t place, Delivery row)>& found) = 0;
  // The member's deliveries whose timeline_at lies in the span.
  virtual std::vector<Delivery> deliveries_of(MemberNo member, Span span) = 0;

  virtual bool add_touch(const TouchRow& row) = 0;  // false when it is there already
  virtual void remove_touch(const TouchRow& row) = 0;
  virtual std::vector<TouchRow> touches_of(MemberNo member, Span span) = 0;
  virtual bool has_touch(MemberNo member, Span span) = 0;
  // The member's latest touch of this kind in the span; successful deliveries are touches by the
  // time of success. Where several are of that time, of each message the one with the highest
  // delivery_id. Costs the same however many there are before it.
  virtual std::vector<TouchRow> latest_touches(MemberNo member, TouchKind kind, Span span) = 0;
  // True when the member clicked the message in the span more than once.
  virtual bool clicked_twice(MessageNo message, MemberNo member, Span span) = 0;
  // When the member clicked the message in the span: first and last.
  virtual std::optional<std::int64_t> first_click(MessageNo message, MemberNo member,
                                                  Span span) = 0;
  virtual std::optional<std::int64_t> last_click(MessageNo message, MemberNo member, Span span) = 0;

  virtual std::optional<Order> order(std::string_view order_id) = 0;
  virtual Order order(OrderNo number) = 0;
  virtual OrderNo add_order(const Order& order) = 0;
  // `before` is the stored row; NULL for a new one.
  virtual void put_order(const Order& order, const Order* before) = 0;
  virtual std::vector<OrderNo> orders_of(MemberNo member, Span placed) = 0;
  // False when nobody's order is placed in the span; costs next to nothing.
  virtual bool may_have_orders(Span placed) = 0;
  // The member's first order at this place or after it, placed no later than `to_us`; and the last
  // one before it, placed no earlier than `from_us`.
  virtual std::optional<PlacedOrder> next_order(MemberNo member, OrderPlace from,
                                                std::int64_t to_us) = 0;
  virtual std::optional<PlacedOrder> previous_order(MemberNo member, OrderPlace before,
                                                    std::int64_t from_us) = 0;

  virtual std::optional<Refund> refund(std::string_view refund_id) = 0;
  virtual void put_refund(const Refund& refund) = 0;
  // Reads the sums of the order's refunds, by currency.
  virtual std::vector<RefundSum> refund_sums(std::string_view order_id) = 0;
  // Notes that the refund waits for its order; that the order has come, so that none of its refunds
  // waits any more.
  virtual void hold_refund(const Refund& refund) = 0;
  virtual void release_refunds(std::string_view order_id) = 0;

  virtual std::optional<CreditRow> credit(OrderNo order) = 0;
  virtual void put_credit(const CreditRow& row) = 0;
  virtual void remove_credit(const CreditRow& row) = 0;

  virtual MemberCounts member_counts(MessageNo message, MemberNo member) = 0;
  virtual void put_member_counts(MessageNo message, MemberNo member, const MemberCounts& row) = 0;
  virtual void add_money(MessageNo message, std::string_view currency,
                         const MessageMoney& change) = 0;
  virtual void add_day(MessageNo message, std::int32_t day, const DayCounts& change) = 0;
  virtual void add_clicked_again(MessageNo message, const ClickedAgain& days,
                                 std::int64_t change) = 0;
  virtual void add_revenue_day(MessageNo message, std::int32_t day, std::string_view currency,
                               const ShopMoney& change) = 0;
  virtual void add_failure(MessageNo message, RouteNo route, std::string_view code,
                           const FailureCounts& change) = 0;
  virtual void add_shop(std::string_view currency, const ShopMoney& change) = 0;
  virtual void add_shop_day(std::int32_t day, std::string_view currency,
                            const ShopMoney& change) = 0;
  // Notes that the order has, or no longer has, a refund in another currency than its own.
  virtual void put_other_refund(OrderNo order, bool has_one) = 0;
  virtual void add_bought_by(MessageNo message, TouchKind touch, std::int64_t orders) = 0;

  // The lists by period hold automatic messages only. One that becomes automatic joins them with
  // the days it has so far; one that is no longer leaves them.
  virtual void join_periods(MessageNo message) = 0;
  virtual void leave_periods(MessageNo message) = 0;
  virtual void add_period_day(MessageNo message, std::int32_t day, const DayCounts& change) = 0;
  virtual void add_period_clicked_again(MessageNo message, const ClickedAgain& days,
                                        std::int64_t change) = 0;
  virtual void add_period_money(MessageNo message, std::int32_t day, std::string_view currency,
                                const ShopMoney& change) = 0;

  // Fills number, previous_sha256 and sha256 through `seal`. False, and nothing is stored, when it
  // is a grant and (iss, jti) was granted before, or says "aborted" of an export that has ended.
  virtual bool append_audit(AuditRow& row, const std::function<Sha256(const AuditRow&)>& seal) = 0;

  // Whether any message has a control group.
  virtual bool has_control_groups() = 0;

  // Up to which record of the journal everything is in the database; see ingest/journal/JOURNAL.md.
  virtual void put_settled_record(std::int64_t number) = 0;
  // While a sweep is under way nothing here shows what happened before `kept_from_us`, though some
  // of it may still be in the store.
  virtual Cutoffs cutoffs() = 0;
  // Sets both times of the cutoffs, which must not be later than they are. A sweep that is under
  // way goes on with the earlier time, and nothing that is left after it is hidden any more.
  virtual void lower_cutoffs(const Cutoffs& to) = 0;
  // True when the order was placed before `cutoff_us`, or is gone, so that what is reported of it
  // now comes too late.
  virtual bool is_past_order(std::string_view order_id, std::int64_t cutoff_us) = 0;
  virtual void put_trusted_time(const TrustedTime& time) = 0;
  // Takes out at once what the sweep has not yet dropped of the member.
  virtual void drop_past(MemberNo member) = 0;

  // Some file may still hold the ids of members that were erased: `found.erasures` new ones, and
  // `named` in all that these records name. Noted until Store::finish_scrub.
  virtual void add_pending_scrub(const PendingScrub& found, std::int64_t named) = 0;

  // Returns when everything is durable.
  virtual void commit() = 0;
};

class Maintenance;

// What any thread may ask of a store, beside its writer and without a lock.
class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual const TenantFacts& facts() const = 0;
  virtual const std::string& folder() const = 0;  // where the tenant's files are
  virtual std::unique_ptr<Snapshot> snapshot() = 0;
  // Several of one and the same commit, for as many threads. Writers may have to wait a moment.
  virtual std::vector<std::unique_ptr<Snapshot>> snapshots(std::size_t count) = 0;
};

// All else is for one thread at a time.
class Store : public StoreReader {
 public:
  // As the last commit left them; not beside a transaction.
  virtual std::uint64_t settled_record() = 0;
  virtual std::vector<SourceRow> sources() = 0;
  virtual TrustedTime trusted_time() = 0;
  virtual std::unique_ptr<WriteTransaction> begin() = 0;
  // Which erasures are not complete. A writer, as are the next two: no transaction lives meanwhile.
  virtual PendingScrub pending_scrub() = 0;
  // Leaves nothing of what was deleted or changed in the store's own files. Waits for readers of an
  // earlier state for some milliseconds only: false while there are any.
  virtual bool scrub() = 0;
  // Nothing holds the ids of these any more. False, and nothing changes, when more were erased.
  virtual bool finish_scrub(const PendingScrub& done) = 0;
  // Does a few milliseconds of dropping what happened before `kept_from_us`, and of giving back
  // what that set free; whether there is more to do. The time counts from the first call of a sweep
  // to its end; one that is not later than that of the last sweep begins none. A writer: no
  // transaction lives meanwhile.
  virtual bool sweep_some(std::int64_t kept_from_us) = 0;
  // Does some milliseconds of making what was written quicker to read; whether there is more to do.
  // For when nothing else is to be written. A writer, as above.
  virtual bool tidy_some() = 0;
  // Closing it moves no log into the file, which takes a sync or two: whoever opens it next does.
  virtual void leave_log() noexcept = 0;
  // Keeps all writers out for as long as it lives: no transaction of this store either.
  virtual std::unique_ptr<Maintenance> maintain() = 0;
};

// Opens and creates the stores of tenants. [any] thread.
class Engine {
 public:
  virtual ~Engine() = default;
  // NULL when the tenant has no store.
  virtual std::unique_ptr<Store> open(std::string_view tenant) = 0;
  virtual std::unique_ptr<Store> create(const TenantFacts& facts) = 0;
  // Those that have a store, in the order of their bytes.
  virtual std::vector<std::string> tenants() = 0;
};

}  // namespace message_history
