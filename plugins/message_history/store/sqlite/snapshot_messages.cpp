// Messages one by one and what is counted for each: money, failures, revenue by day.
#include <algorithm>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

Channel read_channel(Query& query) {
  const std::int64_t value = query.integer();
  if (value < 0 || value >= channel_count) {
    throw crm::Failure(CRM_ERR_CORRUPT, "a stored route has channel " + std::to_string(value) +
                                            ", which does not exist; restore the tenant's folder "
                                            "from a backup");
  }
  return static_cast<Channel>(value);
}

Route read_route(Query& query) {
  Route route;
  route.number = query.number<RouteNo>();
  route.channel = read_channel(query);
  route.provider = query.text();
  return route;
}

FailureRow read_failure(Query& query) {
  FailureRow row;
  row.route = read_route(query);
  row.code = query.text();
  row.counts.attempts = query.integer();
  row.counts.unreached = query.integer();
  return row;
}

ShopMoney read_shop_money(Query& query) {
  ShopMoney money;
  money.orders = query.integer();
  money.gross_minor = query.integer();
  money.refunded_minor = query.integer();
  return money;
}

RevenueDayRow read_revenue_day(Query& query) {
  RevenueDayRow row;
  row.day = static_cast<std::int32_t>(query.integer());
  row.currency = query.text();
  row.money = read_shop_money(query);
  return row;
}

}  // namespace

std::optional<MessageRow> SqliteSnapshot::message(std::string_view message_id) {
  Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_id = ?");
  return row_of(query.bind(message_id), read_message);
}

std::optional<MessageRow> SqliteSnapshot::message(MessageNo number) {
  Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_no = ?");
  return row_of(query.bind(number), read_message);
}

MoneyByCurrency SqliteSnapshot::money(MessageNo message) {
  return read_money(db_, message);
}

std::vector<FailureRow> SqliteSnapshot::failures(MessageNo message, std::int64_t limit) {
  Query query = db_.query(
      "SELECT route_no, channel, provider, code, attempts, unreached "
      "FROM failure JOIN route USING (route_no) "
      "WHERE message_no = ? AND attempts != 0 "
      "ORDER BY attempts DESC, route_no DESC, code DESC LIMIT ?");
  return rows_of(query.bind(message).bind(limit), read_failure);
}

std::vector<RevenueDayRow> SqliteSnapshot::revenue_days(MessageNo message, std::int64_t limit) {
  Query query = db_.query(
      "SELECT day, currency, orders, gross, refunded FROM revenue_day "
      "WHERE message_no = ? AND " MH_SOLD_ANYTHING " ORDER BY day DESC, currency DESC LIMIT ?");
  auto rows = rows_of(query.bind(message).bind(limit), read_revenue_day);
  std::ranges::reverse(rows);
  return rows;
}

std::map<std::string, ShopMoney> SqliteSnapshot::shop() {
  Query query =
      db_.query("SELECT currency, orders, gross, refunded FROM shop WHERE " MH_SOLD_ANYTHING);
  std::map<std::string, ShopMoney> money;
  while (query.step()) {
    std::string currency = query.text();
    money[std::move(currency)] = read_shop_money(query);
  }
  return money;
}

Route SqliteSnapshot::route(RouteNo number) {
  Query query = db_.query("SELECT route_no, channel, provider FROM route WHERE route_no = ?");
  if (auto route = row_of(query.bind(number), read_route)) return *std::move(route);
  throw crm::Failure(CRM_ERR_CORRUPT, "route " + std::to_string(number.value) +
                                          " is not stored; restore the tenant's folder from a "
                                          "backup");
}

}  // namespace message_history::sqlite
