// A snapshot in memory, filled by hand: what the store port promises, without an engine.
//
// It refuses what a view must not do: scan everything, or ask for a page without a bound.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "calendar/time_zone.h"
#include "store/snapshot.h"

namespace crm_test {

namespace mh = message_history;

class FakeSnapshot : public mh::Snapshot {
 public:
  static constexpr std::int64_t limit_max = 1'000;

  struct Message {
    mh::MessageRow row;
    mh::MoneyByCurrency money;
    std::vector<mh::FailureRow> failures;
    std::vector<mh::RevenueDayRow> revenue_days;
  };

  std::string main_currency = "KRW";
  mh::TimeZone time_zone = *mh::TimeZone::find("Asia/Seoul");
  std::vector<Message> all_messages;
  std::vector<mh::PeriodRow> period_rows;
  std::map<std::string, mh::ShopMoney> shop_money;
  std::vector<mh::Route> routes;
  std::vector<mh::Delivery> all_deliveries;
  std::vector<mh::MemberRow> members;
  std::map<std::int64_t, std::vector<mh::TimelineRow>> timelines;  // newest first
  std::vector<mh::TouchRow> touches;
  std::vector<mh::Order> orders;
  std::vector<mh::Refund> refunds;
  std::vector<mh::CreditRow> credits;
  std::vector<mh::AuditRow> audit;    // oldest first
  std::vector<mh::AuditRow> running;  // exports, oldest first
  std::vector<mh::SourceRow> all_sources;
  std::vector<mh::QuarantineEntry> quarantined;  // oldest first
  std::vector<mh::SkippedEntry> skipped;
  std::map<mh::SourceNo, mh::Repeated> repeats;
  std::int64_t held_message_count = 0;
  std::int64_t held_refund_count = 0;
  mh::StoreSize store_size;
  std::int64_t details_from_us = 0;
  mh::PendingScrub erasures_pending;
  std::int64_t deliveries_read = 0;

  std::vector<mh::MessageListRow> messages(const mh::MessageFilter& filter,
                                           const mh::MessagePage& page) override {
    std::vector<mh::MessageListRow> rows;
    for (const Message& one : all_messages) {
      if (selects(filter, one.row)) rows.push_back({one.row, one.money, key_of(one, page.sort)});
    }
    const auto before = [&page](const mh::ListKey& a, const mh::ListKey& b) {
      return page.descending ? b < a : a < b;
    };
    std::ranges::sort(rows, [&](const auto& a, const auto& b) { return before(a.key, b.key); });
    if (page.after) {
      std::erase_if(rows, [&](const auto& row) { return !before(*page.after, row.key); });
    }
    return cut(std::move(rows), page.limit);
  }

  mh::MessageTotals totals(const mh::MessageFilter& filter) override {
    mh::MessageTotals totals;
    for (const Message& one : all_messages) {
      if (!selects(filter, one.row)) continue;
      totals.counts += mh::counts_of(one.row);
      for (const auto& [currency, money] : one.money) {
        totals.money[currency].orders += money.orders;
        totals.money[currency].gross_minor += money.gross_minor;
        totals.money[currency].refunded_minor += money.refunded_minor;
      }
    }
    return totals;
  }

  std::vector<mh::PeriodRow> period(mh::MessageKind kind, const mh::DaySpan& days,
                                    std::int64_t limit) override {
    period_asked = days;
    std::vector<mh::PeriodRow> rows;
    std::set<mh::MessageNo> active;
    for (const mh::PeriodRow& row : period_rows) {
      const Message* const of = find(row.message);
      if (of != nullptr && of->row.report.facts.kind != kind) continue;
      rows.push_back(row);
      active.insert(row.message);
    }
    mh::MessageFilter filter;
    filter.kind = kind;
    filter.first_day = days.first;
    filter.last_day = days.last;
    for (const Message& one : all_messages) {
      if (selects(filter, one.row) && !active.contains(one.row.number)) {
        rows.push_back({one.row.number, {}, {}});
      }
    }
    if (std::cmp_greater(rows.size(), limit)) rows.resize(static_cast<std::size_t>(limit));
    return rows;
  }
  mh::DaySpan period_asked;

  std::optional<mh::MessageRow> message(std::string_view message_id) override {
    for (const Message& one : all_messages) {
      if (one.row.message_id == message_id) return one.row;
    }
    return {};
  }
  std::optional<mh::MessageRow> message(mh::MessageNo number) override {
    const Message* const found = find(number);
    return found == nullptr ? std::nullopt : std::optional(found->row);
  }
  mh::MoneyByCurrency money(mh::MessageNo message) override { return find(message)->money; }
  std::vector<mh::FailureRow> failures(mh::MessageNo message, std::int64_t limit) override {
    return cut(find(message)->failures, limit);
  }
  std::int64_t failed_attempts(mh::MessageNo message) override {
    std::int64_t attempts = 0;
    for (const mh::FailureRow& row : find(message)->failures) attempts += row.counts.attempts;
    return attempts;
  }
  std::vector<mh::RevenueDayRow> revenue_days(mh::MessageNo message, std::int64_t) override {
    return find(message)->revenue_days;
  }
  std::map<std::string, mh::ShopMoney> shop() override { return shop_money; }
  std::map<std::string, mh::ShopMoney> shop(const mh::DaySpan& days) override {
    shop_asked = days;
    return shop_money;
  }
  mh::DaySpan shop_asked;
  std::map<mh::TouchKind, std::int64_t> orders_by_touch(mh::MessageNo message) override {
    std::map<mh::TouchKind, std::int64_t> counts;
    for (const mh::CreditRow& one : credits) {
      if (one.message == message) ++counts[one.touch];
    }
    return counts;
  }
  mh::Route route(mh::RouteNo number) override {
    return routes.at(static_cast<std::size_t>(number.value - 1));
  }

  bool has_other_refunds(mh::MessageNo message) override {
    return std::ranges::any_of(credits, [&](const mh::CreditRow& credit) {
      const auto of = order(credit.order);
      return credit.message == message &&
             std::ranges::any_of(refunds, [&](const mh::Refund& refund) {
               return refund.order_id == of->order_id && refund.currency != of->version.currency;
             });
    });
  }
  std::vector<mh::Delivery> deliveries(mh::MessageNo message, std::string_view after_id,
                                       std::int64_t limit) override {
    return page_of(message, after_id, limit, false);
  }
  std::vector<mh::Delivery> failed_deliveries(mh::MessageNo message, std::string_view after_id,
                                              std::int64_t limit) override {
    return page_of(message, after_id, limit, true);
  }
  std::optional<mh::Delivery> delivery(mh::MessageNo message,
                                       std::string_view delivery_id) override {
    for (const mh::Delivery& one : all_deliveries) {
      if (one.message == message && one.delivery_id == delivery_id) return one;
    }
    return {};
  }
  std::vector<mh::Delivery> chain(mh::ChainNo number) override {
    std::vector<mh::Delivery> found;
    for (const mh::Delivery& one : all_deliveries) {
      if (one.state.chain == number) found.push_back(one);
    }
    deliveries_read += static_cast<std::int64_t>(found.size());
    return found;
  }
  void each_member(mh::MemberNo, std::int64_t,
                   const std::function<void(const mh::MemberRow&)>&) override {
    throw std::logic_error("a view read a page of members");
  }
  mh::MemberNo last_member() override { throw std::logic_error("a view counted members"); }
  void each_delivery(mh::MessageNo, const std::function<bool(const mh::Delivery&)>&) override {
    throw std::logic_error("a view scanned every delivery");
  }
  void each_delivery(mh::MessageNo, const IdSpan&, const DeliveriesVisit&) override {
    throw std::logic_error("a view scanned deliveries");
  }
  std::string part_end(mh::MessageNo, std::string_view, std::int64_t) override {
    throw std::logic_error("a view read parts");
  }

  std::optional<mh::MemberRow> member(std::string_view member_id) override {
    for (const mh::MemberRow& one : members) {
      if (one.member == member_id) return one;
    }
    return {};
  }
  std::optional<mh::MemberRow> member(mh::MemberNo number) override {
    for (const mh::MemberRow& one : members) {
      if (one.number == number) return one;
    }
    return {};
  }
  std::vector<mh::TimelineRow> timeline(mh::MemberNo member,
                                        const std::optional<mh::TimelineKey>& after,
                                        std::int64_t limit) override {
    std::vector<mh::TimelineRow> rows;
    for (const mh::TimelineRow& row : timelines[member.value]) {
      const auto rank = std::tie(row.key.at_us, row.key.tie);
      if (!after || rank < std::tie(after->at_us, after->tie)) rows.push_back(row);
    }
    return cut(std::move(rows), limit);
  }
  std::vector<mh::Delivery> deliveries_of(mh::MemberNo member, std::int64_t from_us,
                                          std::int64_t to_us, std::int64_t limit) override {
    std::vector<mh::Delivery> rows;
    for (const mh::Delivery& one : all_deliveries) {
      const std::int64_t at_us = one.state.timeline_at_us();
      if (one.state.member == member && at_us >= from_us && at_us <= to_us) rows.push_back(one);
    }
    std::ranges::sort(rows, [](const mh::Delivery& a, const mh::Delivery& b) {
      return a.state.timeline_at_us() > b.state.timeline_at_us();
    });
    return cut(std::move(rows), limit);
  }
  std::vector<mh::TouchRow> touches_of(mh::MemberNo member, std::int64_t from_us,
                                       std::int64_t to_us, std::int64_t limit) override {
    std::vector<mh::TouchRow> rows;
    for (const mh::TouchRow& one : touches) {
      if (one.member == member && one.at_us >= from_us && one.at_us <= to_us) rows.push_back(one);
    }
    std::ranges::sort(rows, [](const auto& a, const auto& b) { return a.at_us > b.at_us; });
    return cut(std::move(rows), limit);
  }

  std::optional<mh::Order> order(std::string_view order_id) override {
    for (const mh::Order& one : orders) {
      if (one.order_id == order_id) return one;
    }
    return {};
  }
  std::optional<mh::Order> order(mh::OrderNo number) override {
    for (const mh::Order& one : orders) {
      if (one.number == number) return one;
    }
    return {};
  }
  std::vector<mh::Refund> refunds_of(std::string_view order_id) override {
    std::vector<mh::Refund> rows;
    for (const mh::Refund& one : refunds) {
      if (one.order_id == order_id) rows.push_back(one);
    }
    return rows;
  }
  std::optional<mh::CreditRow> credit(mh::OrderNo order) override {
    for (const mh::CreditRow& one : credits) {
      if (one.order == order) return one;
    }
    return {};
  }
  std::vector<mh::BuyerRow> buyers(mh::MessageNo message, const std::optional<mh::BuyerKey>& after,
                                   std::int64_t limit) override {
    std::vector<mh::CreditRow> found;
    for (const mh::CreditRow& one : credits) {
      const std::string id = order(one.order)->order_id;
      const bool is_after = !after || std::tie(one.ordered_at_us, id) <
                                          std::tie(after->ordered_at_us, after->order_id);
      if (one.message == message && is_after) found.push_back(one);
    }
    std::ranges::sort(found, [this](const auto& a, const auto& b) {
      return std::make_tuple(a.ordered_at_us, order(a.order)->order_id) >
             std::make_tuple(b.ordered_at_us, order(b.order)->order_id);
    });
    std::vector<mh::BuyerRow> rows;
    for (const mh::CreditRow& credit : cut(std::move(found), limit)) {
      const auto buyer = member(credit.member);
      rows.push_back({credit, order(credit.order)->order_id, buyer ? buyer->member : ""});
    }
    return rows;
  }
  void each_sale(mh::MessageNo, const std::function<bool(const Sale&)>&) override {
    throw std::logic_error("a view scanned every sale");
  }
  std::unique_ptr<SaleReader> sales(mh::MessageNo) override {
    throw std::logic_error("a view scanned every sale");
  }

  void sweep(mh::MemberNo, mh::MemberNo, mh::AttributionVisitor&) override {}
  std::vector<std::string> message_ids() override {
    std::vector<std::string> ids = {""};
    for (const Message& one : all_messages) ids.push_back(one.row.message_id);
    return ids;
  }

  std::vector<mh::AuditRow> audit_newest(std::int64_t before_number, std::int64_t limit) override {
    std::vector<mh::AuditRow> rows;
    for (const mh::AuditRow& row : audit) {
      if (row.number < before_number) rows.insert(rows.begin(), row);
    }
    return cut(std::move(rows), limit);
  }
  std::vector<mh::AuditRow> audit_oldest(std::int64_t, std::int64_t) override { return {}; }
  mh::AuditHead audit_head() override { return {}; }
  std::vector<mh::AuditRow> running_exports() override { return running; }
  std::optional<mh::AuditRow> newest_completed_export() override { return {}; }
  std::vector<mh::SourceRow> sources() override { return all_sources; }
  std::vector<mh::QuarantineEntry> quarantine(std::int64_t before_number,
                                              std::int64_t limit) override {
    std::vector<mh::QuarantineEntry> rows;
    for (const mh::QuarantineEntry& row : quarantined) {
      if (row.number < before_number) rows.insert(rows.begin(), row);
    }
    return cut(std::move(rows), limit);
  }
  std::int64_t quarantine_count() override { return static_cast<std::int64_t>(quarantined.size()); }
  std::vector<std::int64_t> refused_seqs(std::string_view source, std::int64_t after,
                                         std::int64_t limit) override {
    std::set<std::int64_t> seqs;
    for (const mh::QuarantineEntry& entry : quarantined) {
      if (entry.source == source && entry.row.seq > after) seqs.insert(entry.row.seq);
    }
    std::vector<std::int64_t> found(seqs.begin(), seqs.end());
    if (found.size() > static_cast<std::size_t>(limit))
      found.resize(static_cast<std::size_t>(limit));
    return found;
  }
  std::vector<mh::SkippedEntry> skipped_by_name() override { return skipped; }
  mh::Repeated repeated(mh::SourceNo source) override { return repeats[source]; }
  std::int64_t held_messages() override { return held_message_count; }
  std::int64_t held_refunds() override { return held_refund_count; }
  mh::StoreSize size() override { return store_size; }
  std::int64_t kept_from_us() override { return details_from_us; }
  mh::PendingScrub pending_scrub() override { return erasures_pending; }
  void each_fact(const std::function<void(std::string_view)>&) override {
    throw std::logic_error("a view read every fact");
  }
  std::int64_t steps() override { return 0; }

 private:
  static bool contains(const std::string& text, const std::string& part) {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
  }

  bool selects(const mh::MessageFilter& filter, const mh::MessageRow& row) {
    const mh::MessageFacts& facts = row.report.facts;
    const mh::ListGroup group = mh::group_of(row);
    if (group.kind != filter.kind || (filter.channel && facts.channel != *filter.channel)) {
      return false;
    }
    if (filter.result && mh::shown_result(row, filter.overdue) != *filter.result) {
      return false;
    }
    const std::int32_t day = time_zone.day_of(mh::listed_at_us(row));
    if ((filter.first_day && day < *filter.first_day) ||
        (filter.last_day && day > *filter.last_day)) {
      return false;
    }
    return filter.text.empty() || contains(facts.name, filter.text) ||
           contains(row.message_id, filter.text);
  }

  mh::ListKey key_of(const Message& one, mh::MessageSort sort) const {
    const auto money = one.money.find(main_currency);
    return mh::key_of(one.row, sort, money == one.money.end() ? 0 : money->second.net_minor());
  }

  const Message* find(mh::MessageNo number) const {
    for (const Message& one : all_messages) {
      if (one.row.number == number) return &one;
    }
    return nullptr;
  }

  std::vector<mh::Delivery> page_of(mh::MessageNo message, std::string_view after_id,
                                    std::int64_t limit, bool failed_only) {
    std::vector<mh::Delivery> rows;
    for (const mh::Delivery& one : all_deliveries) {
      if (one.message != message || one.delivery_id <= after_id) continue;
      if (failed_only && one.state.status() != mh::DeliveryStatus::failed) continue;
      rows.push_back(one);
    }
    std::ranges::sort(rows, {}, &mh::Delivery::delivery_id);
    rows = cut(std::move(rows), limit);
    deliveries_read += static_cast<std::int64_t>(rows.size());
    return rows;
  }

  template <class Row>
  static std::vector<Row> cut(std::vector<Row> rows, std::int64_t limit) {
    if (limit < 1 || limit > limit_max) throw std::logic_error("a view asked for a boundless page");
    if (rows.size() > static_cast<std::size_t>(limit)) rows.resize(static_cast<std::size_t>(limit));
    return rows;
  }
};

}  // namespace crm_test
