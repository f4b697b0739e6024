// A reading of one tenant's database: a connection of its own, held at the commit it was taken at.
//
// One thread at a time; beside the writer and other snapshots. Throws crm::Failure as
// store/snapshot.h says, and INVALID for a timeline key it did not give out.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/snapshot.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/index/tree_set.h"
#include "store/sqlite/lists/list_filter.h"
#include "store/store.h"

namespace message_history::sqlite {

class SqliteSnapshot final : public Snapshot {
 public:
  // The snapshot is fixed when this returns.
  SqliteSnapshot(const std::string& file, const TenantFacts& facts);
  ~SqliteSnapshot() override;
  SqliteSnapshot(const SqliteSnapshot&) = delete;
  SqliteSnapshot& operator=(const SqliteSnapshot&) = delete;

  // Moves the snapshot to the newest commit.
  void renew();
  // For an export, which finds members and deliveries by numbers and keys: that none is missing.
  void expect_complete();

  std::vector<MessageListRow> messages(const MessageFilter& filter,
                                       const MessagePage& page) override;
  MessageTotals totals(const MessageFilter& filter) override;
  std::vector<PeriodRow> period(MessageKind kind, const DaySpan& days, std::int64_t limit) override;
  std::optional<MessageRow> message(std::string_view message_id) override;
  std::optional<MessageRow> message(MessageNo number) override;
  MoneyByCurrency money(MessageNo message) override;
  std::vector<FailureRow> failures(MessageNo message, std::int64_t limit) override;
  std::int64_t failed_attempts(MessageNo message) override;
  std::vector<RevenueDayRow> revenue_days(MessageNo message, std::int64_t limit) override;
  std::map<std::string, ShopMoney> shop() override;
  std::map<std::string, ShopMoney> shop(const DaySpan& days) override;
  std::map<TouchKind, std::int64_t> orders_by_touch(MessageNo message) override;
  bool has_other_refunds(MessageNo message) override;
  Route route(RouteNo number) override;

  std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                   std::int64_t limit) override;
  std::vector<Delivery> failed_deliveries(MessageNo message, std::string_view after_id,
                                          std::int64_t limit) override;
  std::optional<Delivery> delivery(MessageNo message, std::string_view delivery_id) override;
  std::vector<Delivery> chain(ChainNo number) override;
  void each_delivery(MessageNo message, const std::function<bool(const Delivery&)>& visit) override;
  void each_delivery(MessageNo message, const IdSpan& span, const DeliveriesVisit& visit) override;
  std::string part_end(MessageNo message, std::string_view from_id,
                       std::int64_t deliveries) override;

  std::optional<MemberRow> member(std::string_view member_id) override;
  std::optional<MemberRow> member(MemberNo number) override;
  void each_member(MemberNo first, std::int64_t count,
                   const std::function<void(const MemberRow&)>& visit) override;
  MemberNo last_member() override;
  std::vector<TimelineRow> timeline(MemberNo member, const std::optional<TimelineKey>& after,
                                    std::int64_t limit) override;
  // Both newest first.
  std::vector<Delivery> deliveries_of(MemberNo member, std::int64_t from_us, std::int64_t to_us,
                                      std::int64_t limit) override;
  std::vector<TouchRow> touches_of(MemberNo member, std::int64_t from_us, std::int64_t to_us,
                                   std::int64_t limit) override;

  std::optional<Order> order(std::string_view order_id) override;
  std::optional<Order> order(OrderNo number) override;
  std::vector<Refund> refunds_of(std::string_view order_id) override;
  std::optional<CreditRow> credit(OrderNo order) override;
  std::vector<BuyerRow> buyers(MessageNo message, const std::optional<BuyerKey>& after,
                               std::int64_t limit) override;
  void each_sale(MessageNo message, const std::function<bool(const Sale&)>& visit) override;
  std::unique_ptr<SaleReader> sales(MessageNo message) override;

  void sweep(MemberNo first, MemberNo last, AttributionVisitor& visitor) override;
  std::vector<std::string> message_ids() override;

  std::vector<AuditRow> audit_newest(std::int64_t before_number, std::int64_t limit) override;
  std::vector<AuditRow> audit_oldest(std::int64_t after_number, std::int64_t limit) override;
  AuditHead audit_head() override;
  std::vector<AuditRow> running_exports() override;
  std::optional<AuditRow> newest_completed_export() override;
  std::vector<SourceRow> sources() override;
  std::vector<QuarantineEntry> quarantine(std::int64_t before_number, std::int64_t limit) override;
  std::int64_t quarantine_count() override;
  std::vector<std::int64_t> refused_seqs(std::string_view source, std::int64_t after,
                                         std::int64_t limit) override;
  std::vector<SkippedEntry> skipped_by_name() override;
  Repeated repeated(SourceNo source) override;
  std::int64_t held_messages() override;
  std::int64_t held_refunds() override;
  StoreSize size() override;
  std::int64_t kept_from_us() override;
  PendingScrub pending_scrub() override;

  void each_fact(const std::function<void(std::string_view)>& visit) override;

  std::int64_t steps() override;

 private:
  class Gathering;

  void begin();
  void end() noexcept;
  void cut_into_parts(MessageNo message, std::int64_t deliveries);
  std::int64_t count(const char* sql);
  // Of the text that was asked for last: a page and its totals share one scan.
  const WordMatches& matches(const std::string& text);
  static void visit_member(sqlite3_context* context, int, sqlite3_value** values);
  std::vector<PeriodRow> automatic_period(std::int32_t first_day, std::int32_t last_day,
                                          std::int64_t limit);
  void add_match(MessageNo message, const MessageFilter& filter, MessageTotals& totals);

  Connection db_;
  TreeSet trees_;
  const std::string currency_;  // the tenant's main one
  std::optional<WordMatches> matches_;
  MessageNo parted_;  // the message that parts_ are of
  std::vector<std::string> parts_;
  std::int64_t part_deliveries_ = 0;
  struct MemberVisit {
    const std::function<void(const MemberRow&)>* visit = nullptr;  // while each_member() runs
    MemberRow row;                                                 // whose memory is reused
    std::exception_ptr failure;
    std::string file;
  };
  MemberVisit member_visit_;
  bool can_visit_members_ = false;
};

// Several of one and the same commit. When commits come too fast for that, writers wait a moment.
std::vector<std::unique_ptr<Snapshot>> open_snapshots(const std::string& file,
                                                      const TenantFacts& facts, std::size_t count);

}  // namespace message_history::sqlite
