#include "store/sqlite/base/counters.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

MemberCounts SqliteWriter::member_counts(MessageNo message, MemberNo member) {
  Query query = db_.find(tables::message_member);
  MemberCounts counts;
  if (!query.bind(message).bind(member).step()) return counts;
  counts = read_member_counts(query);
  const MemberCounts past = past_counts(message, member);
  counts.clicks -= past.clicks;
  counts.opens -= past.opens;
  counts.coupons -= past.coupons;
  counts.orders -= past.orders;
  return counts;
}

void SqliteWriter::put_member_counts(MessageNo message, MemberNo member, const MemberCounts& row) {
  MemberCounts stored = past_counts(message, member);  // until the sweep takes it off
  stored.clicks += row.clicks;
  stored.opens += row.opens;
  stored.coupons += row.coupons;
  stored.orders += row.orders;
  store_member_counts(message, member, stored);
}

void SqliteWriter::store_member_counts(MessageNo message, MemberNo member,
                                       const MemberCounts& row) {
  if (row.none()) {
    db_.remove(tables::message_member).bind(message).bind(member).run();
    return;
  }
  db_.put(tables::message_member)
      .bind(message)
      .bind(member)
      .bind(row.clicks)
      .bind(row.opens)
      .bind(row.coupons)
      .bind(row.orders)
      .run();
}

void SqliteWriter::add_money(MessageNo message, std::string_view currency,
                             const MessageMoney& change) {
  add_to_row(db_, tables::message_money, [&](Query& query) { query.bind(message).bind(currency); },
             {change.orders, change.gross_minor, change.refunded_minor, change.cost_minor});
}

void SqliteWriter::add_day(MessageNo message, std::int32_t day, const DayCounts& change) {
  add_to_row(db_, tables::message_day, [&](Query& query) { query.bind(message).bind(day); },
             {change.success, change.failed, change.pending, change.excluded, change.clicks});
}

void SqliteWriter::add_clicked_again(MessageNo message, const ClickedAgain& days,
                                     std::int64_t change) {
  add_to_row(db_, tables::clicked_again,
             [&](Query& query) { query.bind(message).bind(days.day).bind(days.previous_day); },
             {change});
}

void SqliteWriter::add_revenue_day(MessageNo message, std::int32_t day, std::string_view currency,
                                   const ShopMoney& change) {
  add_to_row(db_, tables::revenue_day,
             [&](Query& query) { query.bind(message).bind(day).bind(currency); },
             {change.orders, change.gross_minor, change.refunded_minor});
}

void SqliteWriter::add_failure(MessageNo message, RouteNo route, std::string_view code,
                               const FailureCounts& change) {
  add_to_row(db_, tables::failure,
             [&](Query& query) { query.bind(message).bind(route).bind(code); },
             {change.attempts, change.unreached});
}

void SqliteWriter::add_shop(std::string_view currency, const ShopMoney& change) {
  add_to_row(db_, tables::shop, [&](Query& query) { query.bind(currency); },
             {change.orders, change.gross_minor, change.refunded_minor});
}

void SqliteWriter::add_shop_day(std::int32_t day, std::string_view currency,
                                const ShopMoney& change) {
  add_to_row(db_, tables::shop_day, [&](Query& query) { query.bind(day).bind(currency); },
             {change.orders, change.gross_minor, change.refunded_minor});
}

void SqliteWriter::add_bought_by(MessageNo message, TouchKind touch, std::int64_t orders) {
  add_to_row(db_, tables::bought_by,
             [&](Query& query) { query.bind(message).bind(static_cast<std::int64_t>(touch)); },
             {orders});
}

}  // namespace message_history::sqlite
