#include "store/sqlite/lists/period_figures.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "calendar/time_zone.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

namespace {

using ShopDays = std::map<std::pair<std::int32_t, std::string>, ShopMoney>;

void add(ShopMoney& sum, const ShopMoney& more, int sign) {
  sum.orders += sign * more.orders;
  sum.gross_minor += sign * more.gross_minor;
  sum.refunded_minor += sign * more.refunded_minor;
}

std::map<std::string, ShopMoney> whole_shop(Connection& db) {
  std::map<std::string, ShopMoney> money;
  Query query = db.rows(tables::shop, "");
  while (query.step()) {
    std::string currency = query.text();
    money[std::move(currency)] = read_shop_money(query);
  }
  return money;
}

void fill_shop_days(Connection& db) {
  TimeZone zone = known_time_zone(db);  // days of another zone would be stored for good
  ShopDays days;
  std::map<std::string, ShopMoney> left = whole_shop(db);
  {
    Query query = db.rows(tables::orders, "");
    while (query.step()) {
      const Order order = read_order(query);
      const ShopMoney sold{1, order.version.amount_minor, order.refunded_minor};
      add(days[{zone.day_of(order.placed_at_us), order.version.currency}], sold, +1);
      add(left[order.version.currency], sold, -1);
    }
  }
  const std::int32_t day_before = days.empty() ? 0 : days.begin()->first.first - 1;
  for (const auto& [currency, money] : left) {
    if (money != ShopMoney{}) days[{day_before, currency}] = money;
  }
  for (const auto& [key, money] : days) {
    Query query = db.add(tables::shop_day);
    query.bind(key.first).bind(key.second);
    query.bind(money.orders).bind(money.gross_minor).bind(money.refunded_minor).run();
  }
}

void fill_bought_by(Connection& db) {
  std::map<std::pair<MessageNo, TouchKind>, std::int64_t> orders;
  {
    Query query = db.rows(tables::credit, "");
    while (query.step()) {
      const CreditRow credit = read_credit(query);
      ++orders[{credit.message, credit.touch}];
    }
  }
  for (const auto& [key, count] : orders) {
    db.add(tables::bought_by)
        .bind(key.first)
        .bind(static_cast<std::int64_t>(key.second))
        .bind(count)
        .run();
  }
}

void fill_other_refunds(Connection& db) {
  std::set<std::int64_t> orders;
  {
    Query query = db.query(
        "SELECT order_no FROM refund JOIN orders USING (order_id) "
        "WHERE refund.currency <> orders.currency");
    while (query.step()) orders.insert(query.integer());
  }
  for (const std::int64_t order : orders) db.add(tables::other_refund).bind(order).run();
}

}  // namespace

void count_period_figures(Connection& db) {
  for (const Table* table : {&tables::shop_day, &tables::bought_by, &tables::other_refund}) {
    count_as_empty(db, *table);
  }
}

void fill_period_figures(Connection& db) {
  fill_shop_days(db);
  fill_bought_by(db);
  fill_other_refunds(db);
}

}  // namespace message_history::sqlite
