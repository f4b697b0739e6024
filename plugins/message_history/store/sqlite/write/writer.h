// The SQLite side of WriteTransaction.
//
// Split over writer.cpp (sources, messages, members, the transaction itself), writer_rows.cpp (what
// events say), writer_touches.cpp (of that, touches), writer_counters.cpp (what is counted),
// writer_audit.cpp (the audit chain), writer_lists.cpp (what lists are read from),
// writer_quarantine.cpp (refused events), writer_past.cpp (what is too old to be seen) and
// writer_sweep.cpp (dropping that).
#pragma once

#include <array>
#include <exception>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/expire/overwriting.h"
#include "store/sqlite/expire/retention_state.h"
#include "store/sqlite/index/erased_ids.h"
#include "store/sqlite/index/highest_ids.h"
#include "store/sqlite/index/member_cache.h"
#include "store/sqlite/index/tree_set.h"
#include "store/store.h"

namespace message_history::sqlite {

// What a store's writer keeps from one transaction to the next.
struct WriterState {
  WriterState(Connection& connection, const Sha256& salt,
              std::size_t members_bytes_max = member_cache_bytes_max)
      : db(connection),
        trees(connection, salt),
        members(members_bytes_max),
        erased_ids(connection, trees.hash_seed) {
    for (SortedRuns* tree : trees.all()) tree->use_filters();
    db.count_rows();
    let_trees_drop();
  }

  // After a rollback: forgets what the transaction left here.
  void forget();
  // Forgets all if another connection has committed since the last time: a process that exports
  // adds to the audit chain and goes on with merges, and one that ended had recorded. Whether it
  // has.
  bool refresh();
  // What was read is not to be relied on.
  void refresh_next_time() { data_version_ = -1; }
  // Keeps the members in memory within their bounds. Between transactions only: who was added in
  // one is found nowhere else until its end.
  void bound_members();
  // Keeps the memory of `pending` for the next transaction if it is within the store's part.
  void bound_pending();

  const Retention& retention() {
    if (!retention_) retention_ = read_retention(db);
    return *retention_;
  }
  void set_retention(Retention retention) { retention_ = std::move(retention); }

  Connection& db;
  TreeSet trees;
  std::array<RunEntries, tree_count> pending;  // by tree; empty between transactions
  HighestIds highest_ids;
  MemberCache members;
  bool members_loaded = false;
  ErasedIds erased_ids;
  std::optional<MemberNo> last_member;
  std::unordered_map<std::string, RouteNo> route_numbers;  // by channel and provider
  std::unordered_map<RouteNo, Route> routes;
  std::optional<std::int64_t> quarantine_bytes;  // at most; empty: not counted yet

 private:
  // Tells the trees what rewriting them leaves out.
  void let_trees_drop();

  std::optional<Retention> retention_;  // empty: read again when it is needed
  std::int64_t data_version_ = 0;       // as SQLite tells it; of other connections' commits
  Delivery scratch_;
};

class SqliteWriter final : public WriteTransaction {
 public:
  // Begins at once (BEGIN IMMEDIATE). `state` outlives the transaction and is not used beside it.
  explicit SqliteWriter(WriterState& state);
  ~SqliteWriter() override;
  SourceRow source(std::string_view name) override;
  void put_source(const SourceRow& row) override;
  void add_repeated(SourceNo source, const Repeated& more) override;
  void end_repeated(SourceNo source) override;
  void add_quarantine(const QuarantineRow& row) override;
  void remove_quarantine(SourceNo source, std::int64_t seq) override;
  void count_skipped(const SkippedRow& row) override;
  void redact_quarantine(const MemberKey& member) override;
  std::optional<MessageRow> message(std::string_view message_id) override;
  MessageRow message(MessageNo number) override;
  MessageNo add_message(std::string_view message_id) override;
  void put_message(const MessageRow& row) override;
  MoneyByCurrency money(MessageNo message) override;
  void move_lists(const ListChanges& changes) override;
  RouteNo route(Channel channel, std::string_view provider) override;
  const Route& route(RouteNo number) override;
  MemberNo live_member(std::string_view member_id) override;
  void find_members(std::span<MemberLookup> lookups) override;
  MemberNo add_member(std::string_view member_id) override;
  MemberNo member(std::string_view member_id) override;
  std::optional<std::string> live_member_id(MemberNo number) override;
  void remove_member(MemberNo number) override;
  bool has_control_groups() override;
  bool may_be_erased(std::string_view member_id) override;
  std::optional<MemberIdentity> erasure(const MemberKey& key) override;
  MemberNo pseudonymize(MemberNo member, std::string_view pseudonym) override;
  void put_erasure(std::string_view member_id, const MemberKey& key, MemberNo erased,
                   std::int64_t until_us) override;
  std::optional<Delivery> delivery(MessageNo message, std::string_view delivery_id) override;
  std::vector<Delivery> chain(ChainNo number) override;
  ChainNo next_chain() override;
  void put_delivery(const Delivery& row, const FiledDelivery* before) override;
  std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                   std::int64_t limit) override;
  void find_deliveries(std::span<const DeliveryName> names,
                       const std::function<void(std::size_t place, Delivery row)>& found) override;
  std::vector<Delivery> deliveries_of(MemberNo member, Span span) override;
  bool add_touch(const TouchRow& row) override;
  void remove_touch(const TouchRow& row) override;
  std::vector<TouchRow> touches_of(MemberNo member, Span span) override;
  bool has_touch(MemberNo member, Span span) override;
  std::vector<TouchRow> latest_touches(MemberNo member, TouchKind kind, Span span) override;
  bool clicked_twice(MessageNo message, MemberNo member, Span span) override;
  std::optional<std::int64_t> first_click(MessageNo message, MemberNo member, Span span) override;
  std::optional<std::int64_t> last_click(MessageNo message, MemberNo member, Span span) override;
  std::optional<Order> order(std::string_view order_id) override;
  Order order(OrderNo number) override;
  OrderNo add_order(const Order& order) override;
  void put_order(const Order& order, const Order* before) override;
  std::vector<OrderNo> orders_of(MemberNo member, Span placed) override;
  bool may_have_orders(Span placed) override;
  std::optional<PlacedOrder> next_order(MemberNo member, OrderPlace from,
                                        std::int64_t to_us) override;
  std::optional<PlacedOrder> previous_order(MemberNo member, OrderPlace before,
                                            std::int64_t from_us) override;
  std::optional<Refund> refund(std::string_view refund_id) override;
  void put_refund(const Refund& refund) override;
  std::vector<RefundSum> refund_sums(std::string_view order_id) override;
  void hold_refund(const Refund& refund) override;
  void release_refunds(std::string_view order_id) override;
  std::optional<CreditRow> credit(OrderNo order) override;
  void put_credit(const CreditRow& row) override;
  void remove_credit(const CreditRow& row) override;
  MemberCounts member_counts(MessageNo message, MemberNo member) override;
  void put_member_counts(MessageNo message, MemberNo member, const MemberCounts& row) override;
  void add_money(MessageNo message, std::string_view currency, const MessageMoney& change) override;
  void add_day(MessageNo message, std::int32_t day, const DayCounts& change) override;
  void add_clicked_again(MessageNo message, const ClickedAgain& days, std::int64_t change) override;
  void add_revenue_day(MessageNo message, std::int32_t day, std::string_view currency,
                       const ShopMoney& change) override;
  void add_failure(MessageNo message, RouteNo route, std::string_view code,
                   const FailureCounts& change) override;
  void add_shop(std::string_view currency, const ShopMoney& change) override;
  void add_shop_day(std::int32_t day, std::string_view currency, const ShopMoney& change) override;
  void put_other_refund(OrderNo order, bool has_one) override;
  void add_bought_by(MessageNo message, TouchKind touch, std::int64_t orders) override;
  void join_periods(MessageNo message) override;
  void leave_periods(MessageNo message) override;
  void add_period_day(MessageNo message, std::int32_t day, const DayCounts& change) override;
  void add_period_clicked_again(MessageNo message, const ClickedAgain& days,
                                std::int64_t change) override;
  void add_period_money(MessageNo message, std::int32_t day, std::string_view currency,
                        const ShopMoney& change) override;
  bool append_audit(AuditRow& row, const std::function<Sha256(const AuditRow&)>& seal) override;
  void put_settled_record(std::int64_t number) override;
  Cutoffs cutoffs() override;
  void lower_cutoffs(const Cutoffs& to) override;
  bool is_past_order(std::string_view order_id, std::int64_t cutoff_us) override;
  void put_trusted_time(const TrustedTime& time) override;
  void drop_past(MemberNo member) override;
  void add_pending_scrub(const PendingScrub& found, std::int64_t named) override;
  void commit() override;

  // Unless one is under way, or has dropped as much.
  void begin_sweep(std::int64_t kept_from_us);
  // As many slices as fit a few milliseconds; trees go on at commit().
  void sweep_some();
  // Files every member that is stored by its id.
  void index_members();
  // A slice of merging; false when there is none worth it.
  bool tidy_some();

 private:
  void put_words(const std::vector<ListWords>& words);
  using DayVisit = std::function<void(std::int32_t day, const DayCounts&)>;
  using MoneyVisit = std::function<void(const RevenueDayRow&)>;
  void each_day(MessageNo message, const DayVisit& visit, const MoneyVisit& money);
  std::vector<std::pair<ClickedAgain, std::int64_t>> clicked_again(MessageNo message);
  [[noreturn]] void missing(const char* what);
  void learn_highest_ids(std::span<const DeliveryName> names);
  void index_by_member(const Delivery& row, const FiledDelivery& now, const FiledDelivery& was);
  void index_order(const Order& order, const Order* before);
  void load_members();
  MemberNo last_member();
  MemberNo next_member();
  void file_new_member(std::string_view member_id, MemberNo number);
  void add_hash(std::string_view member, MemberNo number);
  void forget_member(std::string_view member_id);
  // Makes new members visible to queries.
  void put_new_members();
  std::vector<TouchRow> latest_reached(MemberNo member, Span span);
  RunEntries& pending(Tree tree) { return state_.pending[static_cast<std::size_t>(tree) - 1]; }
  bool is_past(const Delivery& row);
  std::optional<Refund> stored_refund(std::string_view refund_id);
  void release_refund(const Refund& refund);
  void drop_refund(const Refund& refund);
  bool is_past(const Refund& refund);
  void hide_past(std::vector<Delivery>& rows);
  Span kept_part(Span span);
  std::optional<std::int64_t> placed_at_us(std::string_view order_id);
  MemberCounts past_counts(MessageNo message, MemberNo member);
  std::map<MessageNo, MemberCounts> all_past_counts(MemberNo member);
  void store_member_counts(MessageNo message, MemberNo member, const MemberCounts& row);
  void take_off_member(MessageNo message, MemberNo member, const MemberCounts& gone);
  void drop(const TouchRow& row);
  void drop_order(OrderNo number);
  void drop_held_refunds(std::string_view order_id);
  void unfile(const Delivery& row, const FiledDelivery& was);
  void unfile_dropped();
  // Files the deliveries of this time by their members again.
  void refile_by_member(Span span);
  void sweep_slice(Retention& sweep);
  // Slices of one table; whether there may be more.
  bool sweep_touches(Retention& sweep);
  bool sweep_orders(Retention& sweep);
  bool sweep_refunds(Retention& sweep);
  bool sweep_quarantine(const Retention& sweep);
  void replace_equal_quarantine(const QuarantineRow& row);
  void drop_quarantine_up_to(std::int64_t number);
  void drop_quarantine_bytes();
  bool sweep_members(Retention& sweep);
  // Makes what was put visible to queries, as runs.
  void put_pending();
  void put_pending(Tree tree);
  void put_pending_deliveries();
  // Until the transaction ends.
  void overwrite_what_is_deleted();

  WriterState& state_;
  Connection& db_;
  TreeSet& trees_;
  bool committed_ = false;
  std::optional<Overwriting> overwriting_;
  std::int64_t changes_before_ = 0;
  const int exceptions_before_ = std::uncaught_exceptions();
  bool has_new_members_ = false;
  std::vector<std::pair<MemberNo, std::string>> new_members_;  // not put yet
  std::string key_;                                            // built in turn
  std::string value_;
  std::int64_t last_chain_ = 0;
  // Deliveries that are hidden, by key: how they are filed.
  std::unordered_map<std::string, FiledDelivery> past_;
  // The members that were asked for.
  std::unordered_map<MemberNo, std::map<MessageNo, MemberCounts>> past_counts_;
};

}  // namespace message_history::sqlite
