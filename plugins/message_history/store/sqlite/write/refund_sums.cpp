#include "store/sqlite/write/refund_sums.h"

#include <vector>

#include "store/sqlite/base/counters.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

namespace {

RefundSum read_refund_sum(Query& query) {
  query.skip(1);
  RefundSum sum;
  sum.currency = query.text();
  sum.refunds = query.integer();
  sum.amount_minor = query.integer();
  return sum;
}

}  // namespace

void add_to_refund_sums(Connection& db, const Refund& refund, int sign) {
  const auto bind_key = [&](Query& query) { query.bind(refund.order_id).bind(refund.currency); };
  const Counters now =
      add_to_row(db, tables::refund_sum, bind_key, {sign, sign * refund.amount_minor});
  if (now[0] != 0) return;
  Query query = db.remove(tables::refund_sum);
  bind_key(query);
  query.run();
}

std::vector<RefundSum> read_refund_sums(Connection& db, std::string_view order_id) {
  Query query = db.rows(tables::refund_sum, "WHERE order_id = ?");
  return rows_of(query.bind(order_id), read_refund_sum);
}

void count_refund_sums(Connection& db) {
  count_as_empty(db, tables::refund_sum);
}

// In the order of orders: each sum is made of rows that follow each other.
void fill_refund_sums(Connection& db) {
  Query query = db.rows(tables::refund, "ORDER BY order_id");
  while (query.step()) add_to_refund_sums(db, read_refund(query), +1);
}

}  // namespace message_history::sqlite
