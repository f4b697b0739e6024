#include "store/sqlite/writer.h"

#include <algorithm>

#include "store/sqlite/codec.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

std::optional<Delivery> SqliteWriter::delivery(MessageNo message, std::string_view delivery_id) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE message_no = ? AND delivery_id = ?");
  return row_of(query.bind(message).bind(delivery_id), read_delivery);
}

std::vector<Delivery> SqliteWriter::chain(ChainNo number) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS " FROM delivery WHERE chain_no = ?");
  return rows_of(query.bind(number), read_delivery);
}

ChainNo SqliteWriter::next_chain() {
  Query query = db_.query("SELECT max(chain_no) FROM delivery WHERE chain_no IS NOT NULL");
  query.step();
  last_chain_ = std::max(last_chain_, query.optional_integer().value_or(0)) + 1;
  return ChainNo{last_chain_};
}

void SqliteWriter::put_delivery(const Delivery& row, const Delivery* before) {
  const std::string marks = encode_marks(row.state);
  Query query = db_.query("INSERT OR REPLACE INTO delivery (" MH_DELIVERY_COLUMNS
                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.bind(row.message)
      .bind(row.delivery_id)
      .bind(row.state.member)
      .bind(row.state.route)
      .bind(static_cast<std::int64_t>(row.state.status()))
      .bind(row.state.first_at_us());
  row.state.chain ? query.bind(row.state.chain) : query.bind_null();
  query.bind(row.state.converted ? 1 : 0).bind_blob(marks);
  query.bind(checksum_of(row, marks)).run();
  index_by_member(row, before);
}

std::vector<Delivery> SqliteWriter::deliveries(MessageNo message, std::string_view after_id,
                                               std::int64_t limit) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE message_no = ? AND delivery_id > ?"
                          " ORDER BY delivery_id LIMIT ?");
  return rows_of(query.bind(message).bind(after_id).bind(limit), read_delivery);
}

std::vector<Delivery> SqliteWriter::deliveries_of(MemberNo member, Span span) {
  Query query = db_.query(
      "SELECT d.message_no, d.delivery_id, d.member_no, d.route_no, d.status, d.first_at, "
      "d.chain_no, d.converted, d.marks, d.crc FROM member_delivery m CROSS JOIN delivery d "
      "ON d.message_no = m.message_no AND d.delivery_id = m.delivery_id "
      "WHERE m.member_no = ? AND m.at BETWEEN ? AND ?");
  return rows_of(query.bind(member).bind(span.from_us).bind(span.to_us), read_delivery);
}

bool SqliteWriter::add_touch(const TouchRow& row) {
  Query query =
      db_.query("INSERT OR IGNORE INTO touch (" MH_TOUCH_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)");
  query.bind(row.member)
      .bind(row.at_us)
      .bind(static_cast<std::int64_t>(row.kind))
      .bind(row.message)
      .bind(row.delivery_id)
      .bind(checksum_of(row))
      .run();
  return query.changes() > 0;
}

void SqliteWriter::remove_touch(const TouchRow& row) {
  db_.query(
         "DELETE FROM touch WHERE member_no = ? AND at = ? AND kind = ? AND message_no = ? "
         "AND delivery_id = ?")
      .bind(row.member)
      .bind(row.at_us)
      .bind(static_cast<std::int64_t>(row.kind))
      .bind(row.message)
      .bind(row.delivery_id)
      .run();
}

std::vector<TouchRow> SqliteWriter::touches_of(MemberNo member, Span span) {
  Query query = db_.query("SELECT " MH_TOUCH_COLUMNS
                          " FROM touch WHERE member_no = ? AND at BETWEEN ? AND ?");
  return rows_of(query.bind(member).bind(span.from_us).bind(span.to_us), read_touch);
}

std::optional<Order> SqliteWriter::order(std::string_view order_id) {
  Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_id = ?");
  return row_of(query.bind(order_id), read_order);
}

Order SqliteWriter::order(OrderNo number) {
  Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_no = ?");
  if (!query.bind(number).step()) missing("order");
  return read_order(query);
}

OrderNo SqliteWriter::add_order(const Order& order) {
  Query query = db_.query("SELECT coalesce(max(order_no), 0) + 1 FROM orders");
  query.step();
  Order numbered = order;
  numbered.number = query.number<OrderNo>();
  put_order(numbered);
  return numbered.number;
}

void SqliteWriter::put_order(const Order& order) {
  const std::string lines = encode_lines(order.version.lines);
  db_.query("INSERT OR REPLACE INTO orders (" MH_ORDER_COLUMNS
            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(order.number)
      .bind(order.order_id)
      .bind(order.member)
      .bind(order.placed_at_us)
      .bind(order.version.revision)
      .bind(order.version.at_us)
      .bind(order.version.currency)
      .bind(order.version.amount_minor)
      .bind(order.version.message)
      .bind(order.version.message_id)
      .bind(order.refunded_minor)
      .bind_blob(lines)
      .bind(checksum_of(order, lines))
      .run();
}

std::vector<OrderNo> SqliteWriter::orders_of(MemberNo member, Span placed) {
  Query query = db_.query(
      "SELECT order_no FROM orders WHERE member_no = ? AND member_no > 0 AND placed_at "
      "BETWEEN ? AND ?");
  return rows_of<OrderNo>(query.bind(member).bind(placed.from_us).bind(placed.to_us),
                          [](Query& row) { return row.number<OrderNo>(); });
}

std::optional<Refund> SqliteWriter::refund(std::string_view refund_id) {
  Query query = db_.query("SELECT " MH_REFUND_COLUMNS " FROM refund WHERE refund_id = ?");
  return row_of(query.bind(refund_id), read_refund);
}

void SqliteWriter::put_refund(const Refund& refund) {
  db_.query("INSERT OR REPLACE INTO refund (" MH_REFUND_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)")
      .bind(refund.refund_id)
      .bind(refund.order_id)
      .bind(refund.at_us)
      .bind(refund.currency)
      .bind(refund.amount_minor)
      .bind(checksum_of(refund))
      .run();
}

std::vector<Refund> SqliteWriter::refunds_of(std::string_view order_id) {
  Query query = db_.query("SELECT " MH_REFUND_COLUMNS " FROM refund WHERE order_id = ?");
  return rows_of(query.bind(order_id), read_refund);
}

std::optional<CreditRow> SqliteWriter::credit(OrderNo order) {
  Query query = db_.query("SELECT " MH_CREDIT_COLUMNS " FROM credit WHERE order_no = ?");
  return row_of(query.bind(order), read_credit);
}

void SqliteWriter::put_credit(const CreditRow& row) {
  db_.query("INSERT OR REPLACE INTO credit (" MH_CREDIT_COLUMNS
            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(row.order)
      .bind(row.message)
      .bind(row.ordered_at_us)
      .bind(row.member)
      .bind(row.currency)
      .bind(row.gross_minor)
      .bind(row.refunded_minor)
      .bind(static_cast<std::int64_t>(row.touch))
      .bind(row.touch_at_us)
      .bind(row.delivery_id)
      .bind(row.rule_version)
      .bind(checksum_of(row))
      .run();
}

void SqliteWriter::remove_credit(const CreditRow& row) {
  db_.query("DELETE FROM credit WHERE order_no = ?").bind(row.order).run();
}

void SqliteWriter::index_by_member(const Delivery& row, const Delivery* before) {
  const std::int64_t at_us = row.state.timeline_at_us();
  if (before != nullptr) {
    const std::int64_t before_us = before->state.timeline_at_us();
    if (before->state.member == row.state.member && before_us == at_us) return;
    if (is_person(before->state.member)) {
      db_.query(
             "DELETE FROM member_delivery WHERE member_no = ? AND at = ? AND message_no = ? "
             "AND delivery_id = ?")
          .bind(before->state.member)
          .bind(before_us)
          .bind(row.message)
          .bind(row.delivery_id)
          .run();
    }
  }
  if (!is_person(row.state.member)) return;
  db_.query(
         "INSERT OR REPLACE INTO member_delivery (member_no, at, message_no, delivery_id) "
         "VALUES (?, ?, ?, ?)")
      .bind(row.state.member)
      .bind(at_us)
      .bind(row.message)
      .bind(row.delivery_id)
      .run();
}

}  // namespace message_history::sqlite
