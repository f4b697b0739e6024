// Reading and writing rows of the shared tables, for the writer and for snapshots alike.
#pragma once

#include "model/order.h"
#include "store/rows.h"
#include "store/snapshot.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// Each reads the columns of its table from where the query stands.
MessageRow read_message(Query& query);
TouchRow read_touch(Query& query);
Order read_order(Query& query);
Refund read_refund(Query& query);
CreditRow read_credit(Query& query);
SourceRow read_source(Query& query);
std::vector<SourceRow> read_sources(Connection& db);  // by name
MoneyByCurrency read_money(Connection& db, MessageNo message);

MemberCounts read_member_counts(Query& query);
MessageMoney read_message_money(Query& query);  // from `orders` on
ShopMoney read_shop_money(Query& query);        // from `orders` on
DayCounts read_day_counts(Query& query);        // from `success` on
ListCounts read_list_counts(Query& query);      // from `messages` on
RevenueDayRow read_revenue_day(Query& query);
AuditRow read_audit(Query& query);
QuarantineEntry read_quarantine(Query& query);  // without the name of its source
SkippedRow read_skipped(Query& query);
Route read_route(Query& query);
std::vector<Route> read_routes(Connection& db);

// A change taken back leaves a row of zeros behind, which says nothing.
inline bool says_anything(const ShopMoney& money) {
  return money != ShopMoney{};
}

// What another row refers to: CORRUPT when it is missing.
[[noreturn]] void missing_row(Connection& db, std::string_view what, std::int64_t number);
Order stored_order(Connection& db, OrderNo number);
MemberRow stored_member(Connection& db, MemberNo number);

// Binds all columns of the row.
void bind_message(Query& query, const MessageRow& row);
void bind_order(Query& query, const Order& order);

AuditHead read_audit_head(Connection& db);

}  // namespace message_history::sqlite
