// Orders, refunds and credits, and the sales of a message in the order of an export.
#include <algorithm>
#include <limits>
#include <tuple>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"
#include "store/sqlite/tree_queries.h"

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

namespace {

// Where an order is shown in an export, and which it is.
struct ShownSale {
  std::string delivery_id;
  std::string order_id;
  OrderNo order;
};

}  // namespace

// Beside the delivery that is credited; else beside the member's first of this message.
std::string SqliteSnapshot::shown_beside(const CreditRow& credit) {
  if (!credit.delivery_id.empty() && find_delivery(trees_, credit.message, credit.delivery_id)) {
    return credit.delivery_id;
  }
  std::string first;
  for (MemberDelivery& entry :
       member_deliveries(trees_, credit.member, 0, std::numeric_limits<std::int64_t>::max())) {
    if (entry.message != credit.message) continue;
    if (first.empty() || entry.delivery_id < first) first = std::move(entry.delivery_id);
  }
  return first;
}

void SqliteSnapshot::each_sale(MessageNo message, const std::function<bool(const Sale&)>& visit) {
  std::vector<ShownSale> shown;
  {
    Query query = db_.query("SELECT " MH_CREDIT_COLUMNS ", " MH_ORDER_ID
                            " FROM credit WHERE message_no = ? ORDER BY order_no");
    query.bind(message);
    while (query.step()) {
      const CreditRow row = read_credit(query);
      shown.push_back({shown_beside(row), query.text(), row.order});
    }
  }
  std::sort(shown.begin(), shown.end(), [](const ShownSale& a, const ShownSale& b) {
    return std::tie(a.delivery_id, a.order_id) < std::tie(b.delivery_id, b.order_id);
  });
  for (ShownSale& sold : shown) {
    const auto row = credit(sold.order);
    if (!row) continue;
    if (!visit({std::move(sold.delivery_id), std::move(sold.order_id), *row})) return;
  }
}

}  // namespace message_history::sqlite
