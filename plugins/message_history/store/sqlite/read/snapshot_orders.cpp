// Orders, refunds and credits, and the sales of a message in the order of an export.
#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "store/sqlite/base/checksum_function.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/shown_beside.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

// The SQL function shown_beside(message_no, member_no, delivery_id, touch, touch_at, ordered_at).
void answer_shown_beside(sqlite3_context* context, int, sqlite3_value** values) {
  auto& trees = *static_cast<TreeSet*>(sqlite3_user_data(context));
  try {
    CreditRow credit;
    credit.message = {sqlite3_value_int64(values[0])};
    credit.member = {sqlite3_value_int64(values[1])};
    credit.touch = static_cast<TouchKind>(sqlite3_value_int64(values[3]));
    credit.touch_at_us = sqlite3_value_int64(values[4]);
    credit.ordered_at_us = sqlite3_value_int64(values[5]);
    const auto* id = static_cast<const char*>(sqlite3_value_blob(values[2]));
    if (id != nullptr) {
      credit.delivery_id.assign(id, static_cast<std::size_t>(sqlite3_value_bytes(values[2])));
    }
    const std::string shown = shown_beside(trees, credit);
    sqlite3_result_text(context, shown.data(), static_cast<int>(shown.size()), SQLITE_TRANSIENT);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {  // the store's: what it reads is damaged
    sqlite3_result_error(context, error.what(), -1);
    sqlite3_result_error_code(context, SQLITE_CORRUPT);
  }
}

// "orders.order_no, orders.order_id, ...".
std::string order_columns() {
  std::string columns = "orders.";
  for (const char c : tables::orders.columns) columns += c == ' ' ? " orders." : std::string(1, c);
  return columns;
}

// SQLite's sorter spills to an unnamed temporary file, so memory does not grow with the sales. The
// inner orders are for what is read: rows in the order of their numbers, then blocks in that of the
// deliveries. LIMIT keeps SQLite from leaving them out.
class SqliteSaleReader final : public Snapshot::SaleReader {
 public:
  SqliteSaleReader(Connection& db, TreeSet& trees, MessageNo message)
      : query_(with_functions(db, trees).verified(tables::credit, sql())), db_(db) {
    query_.bind(message);
  }

  // The order beside each credit is verified here, as its row is not the first that is read.
  static const char* sql() {
    static const std::string text =
        "SELECT order_no, message_no, ordered_at, member_no, currency, gross, refunded, touch, "
        "touch_at, delivery_id, rule_version, crc, shown_beside(message_no, member_no, "
        "delivery_id, touch, touch_at, ordered_at) AS shown, sold, is_sound FROM ("
        "SELECT credit.*, order_id AS sold, checksum_of_row(" +
        order_columns() +
        ") IS orders.crc AS is_sound FROM (SELECT order_no FROM credit "
        "WHERE message_no = ? ORDER BY order_no LIMIT -1) "
        "CROSS JOIN credit USING (order_no) LEFT JOIN orders USING (order_no) "
        "ORDER BY delivery_id LIMIT -1) ORDER BY shown, sold";
    return text.c_str();
  }

  static Connection& with_functions(Connection& db, TreeSet& trees) {
    db.add_function("shown_beside", 6, answer_shown_beside, &trees);
    add_checksum_function(db);
    return db;
  }

  std::optional<Snapshot::Sale> next() override {
    if (!query_.step()) return {};
    Snapshot::Sale sale;
    sale.credit = read_credit(query_);
    query_.skip(1);
    sale.delivery_id = query_.text();
    const auto order_id = query_.optional_text();
    if (!order_id) missing_row(db_, "order", sale.credit.order.value);
    if (query_.integer() == 0) {
      damaged(db_.file(),
              fmt::format("orders row {} does not match its checksum", sale.credit.order.value));
    }
    sale.order_id = *order_id;
    return sale;
  }

 private:
  Query query_;
  Connection& db_;
};

}  // namespace

std::optional<Order> SqliteSnapshot::order(std::string_view order_id) {
  Query query = db_.rows(tables::orders, "WHERE order_id = ?");
  return row_of(query.bind(order_id), read_order);
}

std::optional<Order> SqliteSnapshot::order(OrderNo number) {
  Query query = db_.find(tables::orders);
  return row_of(query.bind(number), read_order);
}

std::vector<Refund> SqliteSnapshot::refunds_of(std::string_view order_id) {
  Query query = db_.rows(tables::refund, "WHERE order_id = ? ORDER BY at, refund_id");
  return rows_of(query.bind(order_id), read_refund);
}

std::optional<CreditRow> SqliteSnapshot::credit(OrderNo order) {
  Query query = db_.find(tables::credit);
  return row_of(query.bind(order), read_credit);
}

std::vector<BuyerRow> SqliteSnapshot::buyers(MessageNo message,
                                             const std::optional<BuyerKey>& after,
                                             std::int64_t limit) {
  // The index has orders by time; those of one time are sorted by their ids as they are read.
  Query query = db_.verified(
      tables::credit,
      "SELECT order_no, credit.message_no, ordered_at, credit.member_no, credit.currency, gross, "
      "credit.refunded, touch, touch_at, delivery_id, rule_version, credit.crc "
      "FROM credit LEFT JOIN orders USING (order_no) "
      "WHERE credit.message_no = ?1 AND ordered_at <= ?2 "
      "AND (ordered_at < ?2 OR order_id IS NULL OR order_id < ?3) "
      "ORDER BY ordered_at DESC, order_id DESC LIMIT ?4");
  query.bind(message)
      .bind(after ? after->ordered_at_us : std::numeric_limits<std::int64_t>::max())
      .bind(after ? std::string_view(after->order_id) : std::string_view())
      .bind(limit);
  std::vector<BuyerRow> rows;
  for (CreditRow& credit : rows_of(query, read_credit)) {
    BuyerRow row;
    row.order_id = stored_order(db_, credit.order).order_id;
    if (is_person(credit.member)) row.member = stored_member(db_, credit.member).member;
    row.credit = std::move(credit);
    rows.push_back(std::move(row));
  }
  return rows;
}

void SqliteSnapshot::each_sale(MessageNo message, const std::function<bool(const Sale&)>& visit) {
  const auto reader = sales(message);
  while (const auto sale = reader->next()) {
    if (!visit(*sale)) return;
  }
}

std::unique_ptr<Snapshot::SaleReader> SqliteSnapshot::sales(MessageNo message) {
  return std::make_unique<SqliteSaleReader>(db_, trees_, message);
}

}  // namespace message_history::sqlite
