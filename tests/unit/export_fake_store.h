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

#include "export/audit.h"
#include "store/snapshot.h"
#include "store/store.h"

namespace message_history {

// What snapshots see and exports add to; every member is free for a test to fill.
struct FakeHistory {
  TenantFacts facts;
  MessageRow message;
  std::map<std::string, Delivery> deliveries;
  std::vector<Snapshot::Sale> sales;  // in any order
  std::map<std::int64_t, Order> orders;
  std::map<std::int64_t, MemberRow> members;
  std::map<std::int64_t, Route> routes;
  std::vector<SourceRow> sources;
  std::vector<AuditRow> audit;

  // What went on.
  int open_snapshots = 0;
  std::int64_t deliveries_page_max = 0;
  // Called with the row that is about to be stored; may throw.
  std::function<void(const AuditRow&)> before_audit = [](const AuditRow&) {};
};

// Overrides what the export never calls.
#define CRM_UNUSED                                             \
  override {                                                   \
    throw std::logic_error("the export has no business here"); \
  }

class FakeSnapshot final : public Snapshot {
 public:
  explicit FakeSnapshot(FakeHistory& history) : history_(history) { ++history_.open_snapshots; }
  ~FakeSnapshot() override { --history_.open_snapshots; }

  std::optional<MessageRow> message(std::string_view message_id) override {
    if (message_id != history_.message.message_id) return {};
    return history_.message;
  }
  Route route(RouteNo number) override { return history_.routes.at(number.value); }
  std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                   std::int64_t limit) override {
    std::vector<Delivery> page;
    if (message != history_.message.number) return page;
    auto next = history_.deliveries.upper_bound(std::string(after_id));
    for (; next != history_.deliveries.end() && std::ssize(page) < limit; ++next) {
      page.push_back(next->second);
    }
    history_.deliveries_page_max = std::max<std::int64_t>(history_.deliveries_page_max, limit);
    return page;
  }
  std::optional<MemberRow> member(MemberNo number) override {
    const auto found = history_.members.find(number.value);
    if (found == history_.members.end()) return {};
    return found->second;
  }
  std::optional<Order> order(OrderNo number) override {
    const auto found = history_.orders.find(number.value);
    if (found == history_.orders.end()) return {};
    return found->second;
  }
  void each_sale(MessageNo, const std::function<bool(const Sale&)>& visit) override {
    std::vector<Sale> sales = history_.sales;
    std::sort(sales.begin(), sales.end(), [](const Sale& a, const Sale& b) {
      return std::tie(a.delivery_id, a.order_id) < std::tie(b.delivery_id, b.order_id);
    });
    for (const Sale& sale : sales) {
      if (!visit(sale)) return;
    }
  }
  std::vector<AuditRow> audit_newest(std::int64_t before_number, std::int64_t limit) override {
    return page(history_.audit.rbegin(), history_.audit.rend(), limit,
                [=](const AuditRow& row) { return row.number < before_number; });
  }
  std::vector<AuditRow> audit_oldest(std::int64_t after_number, std::int64_t limit) override {
    return page(history_.audit.begin(), history_.audit.end(), limit,
                [=](const AuditRow& row) { return row.number > after_number; });
  }
  std::vector<SourceRow> sources() override { return history_.sources; }

  std::vector<MessageListRow> messages(const MessageFilter&, const MessagePage&) CRM_UNUSED;
  MessageTotals totals(const MessageFilter&) CRM_UNUSED;
  std::vector<PeriodRow> period(std::int32_t, std::int32_t, std::int64_t) CRM_UNUSED;
  std::optional<MessageRow> message(MessageNo) CRM_UNUSED;
  MoneyByCurrency money(MessageNo) CRM_UNUSED;
  std::vector<FailureRow> failures(MessageNo, std::int64_t) CRM_UNUSED;
  std::vector<RevenueDayRow> revenue_days(MessageNo, std::int64_t) CRM_UNUSED;
  std::map<std::string, ShopMoney> shop() CRM_UNUSED;
  std::vector<Delivery> failed_deliveries(MessageNo, std::string_view, std::int64_t) CRM_UNUSED;
  std::optional<Delivery> delivery(MessageNo, std::string_view) CRM_UNUSED;
  std::vector<Delivery> chain(ChainNo) CRM_UNUSED;
  void each_delivery(MessageNo, const std::function<bool(const Delivery&)>&) CRM_UNUSED;
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
  std::int64_t held_messages() CRM_UNUSED;
  std::int64_t held_refunds() CRM_UNUSED;
  StoreSize size() CRM_UNUSED;
  void each_fact(const std::function<void(std::string_view)>&) CRM_UNUSED;
  std::int64_t steps() CRM_UNUSED;

 private:
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
  std::unique_ptr<Snapshot> snapshot() override { return std::make_unique<FakeSnapshot>(history_); }
  std::unique_ptr<WriteTransaction> begin() CRM_UNUSED;

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
    history.before_audit(row);
    row.number = std::ssize(audit) + 1;
    row.previous_sha256 = audit.empty() ? Sha256{} : audit.back().sha256;
    row.sha256 = seal(row);
    audit.push_back(row);
    return true;
  };
}

}  // namespace message_history
