#include "store/sqlite/writer.h"

namespace message_history::sqlite {

MemberCounts SqliteWriter::member_counts(MessageNo message, MemberNo member) {
  Query query = db_.query(
      "SELECT clicks, opens, coupons, orders FROM message_member "
      "WHERE message_no = ? AND member_no = ?");
  MemberCounts counts;
  if (!query.bind(message).bind(member).step()) return counts;
  counts.clicks = query.integer();
  counts.opens = query.integer();
  counts.coupons = query.integer();
  counts.orders = query.integer();
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
  if (stored.none()) {
    db_.query("DELETE FROM message_member WHERE message_no = ? AND member_no = ?")
        .bind(message)
        .bind(member)
        .run();
    return;
  }
  db_.query(
         "INSERT OR REPLACE INTO message_member (message_no, member_no, clicks, opens, "
         "coupons, orders) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(message)
      .bind(member)
      .bind(stored.clicks)
      .bind(stored.opens)
      .bind(stored.coupons)
      .bind(stored.orders)
      .run();
}

void SqliteWriter::add_money(MessageNo message, std::string_view currency,
                             const MessageMoney& change) {
  db_.query(
         "INSERT INTO message_money (message_no, currency, orders, gross, refunded, cost) "
         "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET orders = orders + "
         "excluded.orders, gross = gross + excluded.gross, refunded = refunded + "
         "excluded.refunded, cost = cost + excluded.cost")
      .bind(message)
      .bind(currency)
      .bind(change.orders)
      .bind(change.gross_minor)
      .bind(change.refunded_minor)
      .bind(change.cost_minor)
      .run();
}

void SqliteWriter::add_day(MessageNo message, std::int32_t day, const DayCounts& change) {
  db_.query(
         "INSERT INTO message_day (message_no, day, success, failed, pending, excluded, "
         "clicks) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET success = success + "
         "excluded.success, failed = failed + excluded.failed, pending = pending + "
         "excluded.pending, \"excluded\" = message_day.\"excluded\" + "
         "excluded.\"excluded\", clicks = clicks + excluded.clicks")
      .bind(message)
      .bind(day)
      .bind(change.success)
      .bind(change.failed)
      .bind(change.pending)
      .bind(change.excluded)
      .bind(change.clicks)
      .run();
}

void SqliteWriter::add_revenue_day(MessageNo message, std::int32_t day, std::string_view currency,
                                   const ShopMoney& change) {
  db_.query(
         "INSERT INTO revenue_day (message_no, day, currency, orders, gross, refunded) "
         "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET orders = orders + "
         "excluded.orders, gross = gross + excluded.gross, refunded = refunded + "
         "excluded.refunded")
      .bind(message)
      .bind(day)
      .bind(currency)
      .bind(change.orders)
      .bind(change.gross_minor)
      .bind(change.refunded_minor)
      .run();
}

void SqliteWriter::add_failure(MessageNo message, RouteNo route, std::string_view code,
                               const FailureCounts& change) {
  db_.query(
         "INSERT INTO failure (message_no, route_no, code, attempts, unreached) "
         "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET attempts = attempts + "
         "excluded.attempts, unreached = unreached + excluded.unreached")
      .bind(message)
      .bind(route)
      .bind(code)
      .bind(change.attempts)
      .bind(change.unreached)
      .run();
}

void SqliteWriter::add_shop(std::string_view currency, const ShopMoney& change) {
  db_.query(
         "INSERT INTO shop (currency, orders, gross, refunded) VALUES (?, ?, ?, ?) "
         "ON CONFLICT DO UPDATE SET orders = orders + excluded.orders, gross = gross + "
         "excluded.gross, refunded = refunded + excluded.refunded")
      .bind(currency)
      .bind(change.orders)
      .bind(change.gross_minor)
      .bind(change.refunded_minor)
      .run();
}

}  // namespace message_history::sqlite
