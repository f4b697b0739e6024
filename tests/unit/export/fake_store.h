// A store in memory for the tests of the export: a message with its deliveries and sales, and an
// audit chain.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/audit/audit.h"
#include "store/maintenance.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// What snapshots see and exports add to; every member is free for a test to fill.
struct FakeHistory {
  TenantFacts facts;
  MessageRow message;  // with its counters, which are to fit the rest
  MoneyByCurrency money;
  std::int64_t failed_attempts = 0;
  std::map<std::string, Delivery> deliveries;
  std::vector<Snapshot::Sale> sales;  // in any order
  std::map<std::int64_t, Order> orders;
  std::map<std::int64_t, MemberRow> members;
  std::map<std::int64_t, Route> routes;
  std::vector<SourceRow> sources;
  std::vector<AuditRow> audit;
  std::optional<AuditHead> audit_head;  // empty: as the chain has it
  std::int64_t kept_from_us = 0;

  bool has_ended(std::string_view export_id) const {
    return std::any_of(audit.begin(), audit.end(), [&](const AuditRow& row) {
      return row.event != "granted" && row.export_id == export_id;
    });
  }

  // What went on.
  int open_snapshots = 0;
  // Called with the row that is about to be stored; may throw.
  std::function<void(const AuditRow&)> before_audit = [](const AuditRow&) {};
  // Called with the first delivery of a batch, with a sale, by whichever thread reads it; may
  // throw.
  std::function<void(std::string_view)> before_batch = [](std::string_view) {};
  std::function<void(const Snapshot::Sale&)> before_sale = [](const Snapshot::Sale&) {};
};

// Overrides what the export never calls.
#define CRM_UNUSED                                             \
  override {                                                   \
    throw std::logic_error("the export has no business here"); \
  }

class FakeSnapshot : public Snapshot {
 public:
  explicit FakeSnapshot(FakeHistory& history) : history_(history) { ++history_.open_snapshots; }
  ~FakeSnapshot() override { --history_.open_snapshots; }

  std::optional<MessageRow> message(std::string_view message_id) override {
    if (message_id != history_.message.message_id) return {};
    return history_.message;
  }
  MoneyByCurrency money(MessageNo) override { return history_.money; }
  std::int64_t failed_attempts(MessageNo) override { return history_.failed_attempts; }
  Route route(RouteNo number) override { return history_.routes.at(number.value); }
  void each_delivery(MessageNo message, const IdSpan& span, const DeliveriesVisit& visit) override {
    constexpr std::size_t batch_deliveries = 3;
    if (message != history_.message.number) return;
    std::vector<Delivery> batch;
    const auto hand_on = [&] {
      if (batch.empty()) return;
      history_.before_batch(batch.front().delivery_id);
      visit(batch);
      batch.clear();
    };
    auto next = history_.deliveries.lower_bound(std::string(span.from_id));
    for (; next != history_.deliveries.end(); ++next) {
      if (!span.until_id.empty() && next->first >= span.until_id) break;
      batch.push_back(next->second);
      if (batch.size() == batch_deliveries) hand_on();
    }
    hand_on();
  }
  std::string part_end(MessageNo message, std::string_view from_id,
                       std::int64_t deliveries) override {
    if (message != history_.message.number) return {};
    auto next = history_.deliveries.lower_bound(std::string(from_id));
    for (; next != history_.deliveries.end() && deliveries > 0; --deliveries) ++next;
    return next == history_.deliveries.end() ? std::string() : next->first;
  }
  void each_member(MemberNo first, std::int64_t count,
                   const std::function<void(const MemberRow&)>& visit) override {
    auto next = history_.members.lower_bound(first.value);
    for (; next != history_.members.end() && next->first < first.value + count; ++next) {
      visit(next->second);
    }
  }
  MemberNo last_member() override {
    return history_.members.empty() ? MemberNo{} : history_.members.rbegin()->second.number;
  }
  std::optional<Order> order(OrderNo number) override {
    const auto found = history_.orders.find(number.value);
    if (found == history_.orders.end()) return {};
    return found->second;
  }
  std::unique_ptr<SaleReader> sales(MessageNo) override {
    return std::make_unique<FakeSaleReader>(history_);
  }
  void sweep(MemberNo, MemberNo, AttributionVisitor&) override {}
  std::vector<std::string> message_ids() override { return {}; }
  std::vector<AuditRow> audit_newest(std::int64_t before_number, std::int64_t limit) override {
    return page(history_.audit.rbegin(), history_.audit.rend(), limit,
                [=](const AuditRow& row) { return row.number < before_number; });
  }
  std::vector<AuditRow> audit_oldest(std::int64_t after_number, std::int64_t limit) override {
    return page(history_.audit.begin(), history_.audit.end(), limit,
                [=](const AuditRow& row) { return row.number > after_number; });
  }
  AuditHead audit_head() override {
    if (history_.audit_head) return *history_.audit_head;
    if (history_.audit.empty()) return {};
    return {history_.audit.back().number, history_.audit.back().sha256};
  }
  std::vector<AuditRow> running_exports() override {
    std::vector<AuditRow> running;
    for (const AuditRow& row : history_.audit) {
      if (row.event == "granted" && !history_.has_ended(row.export_id)) running.push_back(row);
    }
    return running;
  }
  std::optional<AuditRow> newest_completed_export() override {
    const auto newest = std::find_if(history_.audit.rbegin(), history_.audit.rend(),
                                     [](const AuditRow& row) { return row.event == "completed"; });
    if (newest == history_.audit.rend()) return {};
    return *newest;
  }
  std::vector<SourceRow> sources() override { return history_.sources; }

  std::vector<MessageListRow> messages(const MessageFilter&, const MessagePage&) CRM_UNUSED;
  MessageTotals totals(const MessageFilter&) CRM_UNUSED;
  std::vector<PeriodRow> period(MessageKind, const DaySpan&, std::int64_t) CRM_UNUSED;
  std::optional<MessageRow> message(MessageNo) CRM_UNUSED;
  std::vector<FailureRow> failures(MessageNo, std::int64_t) CRM_UNUSED;
  std::vector<RevenueDayRow> revenue_days(MessageNo, std::int64_t) CRM_UNUSED;
  std::map<std::string, ShopMoney> shop() CRM_UNUSED;
  std::map<std::string, ShopMoney> shop(const DaySpan&) CRM_UNUSED;
  std::map<TouchKind, std::int64_t> orders_by_touch(MessageNo) CRM_UNUSED;
  bool has_other_refunds(MessageNo) CRM_UNUSED;
  std::vector<Delivery> failed_deliveries(MessageNo, std::string_view, std::int64_t) CRM_UNUSED;
  std::optional<Delivery> delivery(MessageNo, std::string_view) CRM_UNUSED;
  std::vector<Delivery> chain(ChainNo) CRM_UNUSED;
  std::vector<Delivery> deliveries(MessageNo, std::string_view, std::int64_t) CRM_UNUSED;
  void each_delivery(MessageNo, const std::function<bool(const Delivery&)>&) CRM_UNUSED;
  void each_sale(MessageNo, const std::function<bool(const Sale&)>&) CRM_UNUSED;
  std::optional<MemberRow> member(MemberNo) CRM_UNUSED;
  std::optional<MemberRow> member(std::string_view) CRM_UNUSED;
  std::vector<TimelineRow> timeline(MemberNo, const std::optional<TimelineKey>&,
                                    std::int64_t) CRM_UNUSED;
  std::vector<Delivery> deliveries_of(MemberNo, std::int64_t, std::int64_t,
                                      std::int64_t) CRM_UNUSED;
  std::vector<TouchRow> touches_of(MemberNo, std::int64_t, std::int64_t, std::int64_t) CRM_UNUSED;
  std::optional<Order> order(std::string_view) CRM_UNUSED;
  std::vector<Refund> refunds_of(std::string_view) CRM_UNUSED;
  std::optional<CreditRow> credit(OrderNo) CRM_UNUSED;
  std::vector<BuyerRow> buyers(MessageNo, const std::optional<BuyerKey>&, std::int64_t) CRM_UNUSED;
  std::vector<QuarantineEntry> quarantine(std::int64_t, std::int64_t) CRM_UNUSED;
  std::int64_t quarantine_count() CRM_UNUSED;
  std::vector<std::int64_t> refused_seqs(std::string_view, std::int64_t, std::int64_t) CRM_UNUSED;
  std::vector<SkippedEntry> skipped_by_name() CRM_UNUSED;
  Repeated repeated(SourceNo) CRM_UNUSED;
  std::int64_t held_messages() CRM_UNUSED;
  std::int64_t held_refunds() CRM_UNUSED;
  StoreSize size() CRM_UNUSED;
  std::int64_t kept_from_us() override { return history_.kept_from_us; }
  PendingScrub pending_scrub() CRM_UNUSED;
  void each_fact(const std::function<void(std::string_view)>&) CRM_UNUSED;
  std::int64_t steps() CRM_UNUSED;

 private:
  class FakeSaleReader final : public SaleReader {
   public:
    explicit FakeSaleReader(FakeHistory& history) : history_(history), sales_(history.sales) {
      std::sort(sales_.begin(), sales_.end(), [](const Sale& a, const Sale& b) {
        return std::tie(a.delivery_id, a.order_id) < std::tie(b.delivery_id, b.order_id);
      });
    }

    std::optional<Sale> next() override {
      if (next_ == sales_.size()) return {};
      history_.before_sale(sales_[next_]);
      return sales_[next_++];
    }

   private:
    FakeHistory& history_;
    std::vector<Sale> sales_;
    std::size_t next_ = 0;
  };

  template <class Iterator, class Wanted>
  static std::vector<AuditRow> page(Iterator from, Iterator to, std::int64_t limit,
                                    const Wanted& wanted) {
    std::vector<AuditRow> rows;
    for (; from != to && std::ssize(rows) < limit; ++from) {
      if (wanted(*from)) rows.push_back(*from);
    }
    return rows;
  }

  FakeHistory& history_;
};

class FakeStore final : public Store {
 public:
  explicit FakeStore(FakeHistory& history) : history_(history) {}
  const TenantFacts& facts() const override { return history_.facts; }
  const std::string& folder() const override { return history_.facts.tenant; }
  std::uint64_t settled_record() override { return 0; }
  std::vector<SourceRow> sources() override { return {}; }
  std::unique_ptr<Snapshot> snapshot() override { return std::make_unique<FakeSnapshot>(history_); }
  std::vector<std::unique_ptr<Snapshot>> snapshots(std::size_t count) override {
    std::vector<std::unique_ptr<Snapshot>> taken;
    while (taken.size() < count) taken.push_back(snapshot());
    return taken;
  }
  TrustedTime trusted_time() CRM_UNUSED;
  std::unique_ptr<WriteTransaction> begin() CRM_UNUSED;
  PendingScrub pending_scrub() CRM_UNUSED;
  bool scrub() CRM_UNUSED;
  bool finish_scrub(const PendingScrub&) CRM_UNUSED;
  bool sweep_some(std::int64_t) CRM_UNUSED;
  bool tidy_some() CRM_UNUSED;
  void leave_log() noexcept override {}
  std::unique_ptr<Maintenance> maintain() CRM_UNUSED;

 private:
  FakeHistory& history_;
};

#undef CRM_UNUSED

// As the store's own append_audit, committed.
inline AuditAppender fake_appender(FakeHistory& history) {
  return [&history](AuditRow& row) {
    auto& audit = history.audit;
    const bool used = std::any_of(audit.begin(), audit.end(), [&](const AuditRow& have) {
      return have.event == "granted" && have.iss == row.iss && have.jti == row.jti;
    });
    if (row.event == "granted" && used) return false;
    if (row.event == "aborted" && history.has_ended(row.export_id)) return false;
    history.before_audit(row);
    row.number = std::ssize(audit) + 1;
    row.previous_sha256 = audit.empty() ? Sha256{} : audit.back().sha256;
    row.sha256 = seal(row);
    audit.push_back(row);
    return true;
  };
}

}  // namespace message_history
