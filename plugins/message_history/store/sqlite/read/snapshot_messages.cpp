// Messages one by one and what is counted for each: money, failures, revenue by day.
#include <algorithm>
#include <utility>

#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

// One that is not there may have been lost: then this is no answer. There are few messages, and few
// who ask for one that there never was.
std::optional<MessageRow> SqliteSnapshot::message(std::string_view message_id) {
  Query query = db_.rows(tables::message, "WHERE message_id = ?");
  auto row = row_of(query.bind(message_id), read_message);
  if (!row) expect_all_rows(db_, tables::message);
  return row;
}

std::optional<MessageRow> SqliteSnapshot::message(MessageNo number) {
  Query query = db_.find(tables::message);
  return row_of(query.bind(number), read_message);
}

MoneyByCurrency SqliteSnapshot::money(MessageNo message) {
  return read_money(db_, message);
}

std::vector<FailureRow> SqliteSnapshot::failures(MessageNo message, std::int64_t limit) {
  // The order is free of the store's own numbers, and the same as that of the page.
  Query query = db_.verified(tables::failure,
                             "SELECT message_no, route_no, code, attempts, unreached, failure.crc "
                             "FROM failure INDEXED BY failure_by_attempts "
                             "LEFT JOIN route USING (route_no) WHERE message_no = ? "
                             "ORDER BY attempts DESC, channel, provider, code LIMIT ?");
  std::vector<FailureRow> rows;
  for (query.bind(message).bind(limit); query.step();) {
    query.skip(1);
    FailureRow row;
    row.route = route(query.number<RouteNo>());
    row.code = query.text();
    row.counts.attempts = query.integer();
    row.counts.unreached = query.integer();
    if (row.counts.attempts != 0) rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t SqliteSnapshot::failed_attempts(MessageNo message) {
  Query query = db_.rows(tables::failure, "WHERE message_no = ?");
  query.bind(message);
  std::int64_t attempts = 0;
  while (query.step()) {
    query.skip(3);
    attempts += query.integer();
  }
  return attempts;
}

std::vector<RevenueDayRow> SqliteSnapshot::revenue_days(MessageNo message, std::int64_t limit) {
  Query query =
      db_.rows(tables::revenue_day, "WHERE message_no = ? ORDER BY day DESC, currency DESC");
  std::vector<RevenueDayRow> rows;
  query.bind(message);
  while (std::cmp_less(rows.size(), limit) && query.step()) {
    RevenueDayRow row = read_revenue_day(query);
    if (says_anything(row.money)) rows.push_back(std::move(row));
  }
  std::ranges::reverse(rows);
  return rows;
}

std::map<std::string, ShopMoney> SqliteSnapshot::shop() {
  Query query = db_.rows(tables::shop, "");
  RowsSeen seen(tables::shop);
  std::map<std::string, ShopMoney> money;
  for (; query.step(); seen.add(query)) {
    std::string currency = query.text();
    const ShopMoney row = read_shop_money(query);
    if (says_anything(row)) money.emplace(std::move(currency), row);
  }
  seen.expect_all(db_);
  return money;
}

std::map<std::string, ShopMoney> SqliteSnapshot::shop(const DaySpan& days) {
  Query query = db_.rows(tables::shop_day, "WHERE day BETWEEN ? AND ?");
  query.bind(days.first).bind(days.last);
  std::map<std::string, ShopMoney> money;
  while (query.step()) {
    query.skip(1);
    ShopMoney& sum = money[query.text()];
    const ShopMoney more = read_shop_money(query);
    sum.orders += more.orders;
    sum.gross_minor += more.gross_minor;
    sum.refunded_minor += more.refunded_minor;
  }
  return money;
}

std::map<TouchKind, std::int64_t> SqliteSnapshot::orders_by_touch(MessageNo message) {
  Query query = db_.rows(tables::bought_by, "WHERE message_no = ?");
  query.bind(message);
  std::map<TouchKind, std::int64_t> orders;
  while (query.step()) {
    query.skip(1);
    const auto touch = static_cast<TouchKind>(query.integer());
    const std::int64_t count = query.integer();
    if (count != 0) orders[touch] = count;
  }
  return orders;
}

bool SqliteSnapshot::has_other_refunds(MessageNo message) {
  Query query = db_.rows(tables::other_refund, "ORDER BY order_no LIMIT 10000");
  while (query.step()) {
    const auto found = credit(query.number<OrderNo>());
    if (found && found->message == message) return true;
  }
  return false;
}

Route SqliteSnapshot::route(RouteNo number) {
  Query query = db_.find(tables::route);
  if (auto route = row_of(query.bind(number), read_route)) return *std::move(route);
  throw crm::Failure(CRM_ERR_CORRUPT, "route " + std::to_string(number.value) +
                                          " is not stored; restore the tenant's folder from a "
                                          "backup");
}

}  // namespace message_history::sqlite
