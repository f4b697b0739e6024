// Orders, refunds and credits, and the sales of a message in the order of an export.
#include <limits>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

#define MH_ORDER_ID "(SELECT order_id FROM orders WHERE orders.order_no = credit.order_no)"

BuyerRow read_buyer(Query& query) {
  BuyerRow row;
  row.credit = read_credit(query);
  row.order_id = query.text();
  row.member = query.text();
  return row;
}

}  // namespace

std::optional<Order> SqliteSnapshot::order(std::string_view order_id) {
  Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_id = ?");
  return row_of(query.bind(order_id), read_order);
}

std::optional<Order> SqliteSnapshot::order(OrderNo number) {
  Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_no = ?");
  return row_of(query.bind(number), read_order);
}

std::vector<Refund> SqliteSnapshot::refunds_of(std::string_view order_id) {
  Query query = db_.query("SELECT " MH_REFUND_COLUMNS
                          " FROM refund WHERE order_id = ? ORDER BY at, refund_id");
  return rows_of(query.bind(order_id), read_refund);
}

std::optional<CreditRow> SqliteSnapshot::credit(OrderNo order) {
  Query query = db_.query("SELECT " MH_CREDIT_COLUMNS " FROM credit WHERE order_no = ?");
  return row_of(query.bind(order), read_credit);
}

std::vector<BuyerRow> SqliteSnapshot::buyers(MessageNo message,
                                             const std::optional<BuyerKey>& after,
                                             std::int64_t limit) {
  constexpr std::int64_t start = std::numeric_limits<std::int64_t>::max();
  Query query = db_.query("SELECT " MH_CREDIT_COLUMNS ", " MH_ORDER_ID
                          ", (SELECT member FROM member WHERE member.member_no = credit.member_no) "
                          "FROM credit WHERE message_no = ? AND (ordered_at, order_no) < (?, ?) "
                          "ORDER BY ordered_at DESC, order_no DESC LIMIT ?");
  query.bind(message)
      .bind(after ? after->ordered_at_us : start)
      .bind(after ? after->order.value : start)
      .bind(limit);
  return rows_of(query, read_buyer);
}

// SQLite's sorter spills to an unnamed temporary file, so memory does not grow with the sales.
void SqliteSnapshot::each_sale(MessageNo message, const std::function<bool(const Sale&)>& visit) {
  Query query = db_.query(
      "SELECT " MH_CREDIT_COLUMNS
      ", coalesce("
      "(SELECT delivery_id FROM delivery WHERE delivery.message_no = credit.message_no "
      "AND delivery.delivery_id = credit.delivery_id AND credit.delivery_id != ''), "
      "(SELECT min(delivery_id) FROM member_delivery AS own WHERE own.member_no = credit.member_no "
      "AND own.member_no > 0 AND own.message_no = credit.message_no), '') AS shown, " MH_ORDER_ID
      " AS sold FROM credit WHERE message_no = ? ORDER BY shown, sold");
  query.bind(message);
  while (query.step()) {
    Sale sale;
    sale.credit = read_credit(query);
    sale.delivery_id = query.text();
    sale.order_id = query.text();
    if (!visit(sale)) return;
  }
}

}  // namespace message_history::sqlite
