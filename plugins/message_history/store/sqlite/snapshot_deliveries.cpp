// Deliveries of a message: pages, single ones, chains, and the stream for exports.
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

std::vector<Delivery> SqliteSnapshot::deliveries(MessageNo message, std::string_view after_id,
                                                 std::int64_t limit) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE message_no = ? AND delivery_id > ? "
                          "ORDER BY delivery_id LIMIT ?");
  return rows_of(query.bind(message).bind(after_id).bind(limit), read_delivery);
}

std::vector<Delivery> SqliteSnapshot::failed_deliveries(MessageNo message,
                                                        std::string_view after_id,
                                                        std::int64_t limit) {
  static_assert(static_cast<int>(DeliveryStatus::failed) == 6);  // the index names it
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery INDEXED BY delivery_failed "
                          "WHERE message_no = ? AND delivery_id > ? AND status = 6 "
                          "ORDER BY delivery_id LIMIT ?");
  return rows_of(query.bind(message).bind(after_id).bind(limit), read_delivery);
}

std::optional<Delivery> SqliteSnapshot::delivery(MessageNo message, std::string_view delivery_id) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE message_no = ? AND delivery_id = ?");
  return row_of(query.bind(message).bind(delivery_id), read_delivery);
}

std::vector<Delivery> SqliteSnapshot::chain(ChainNo number) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE chain_no = ? ORDER BY message_no, delivery_id");
  return rows_of(query.bind(number), read_delivery);
}

void SqliteSnapshot::each_delivery(MessageNo message,
                                   const std::function<bool(const Delivery&)>& visit) {
  Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                          " FROM delivery WHERE message_no = ? ORDER BY delivery_id");
  query.bind(message);
  while (query.step()) {
    if (!visit(read_delivery(query))) return;
  }
}

}  // namespace message_history::sqlite
