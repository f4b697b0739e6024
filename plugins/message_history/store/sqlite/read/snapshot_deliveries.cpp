// Deliveries of a message: pages, single ones, chains, and the stream for exports.
#include <utility>

#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

std::vector<Delivery> SqliteSnapshot::deliveries(MessageNo message, std::string_view after_id,
                                                 std::int64_t limit) {
  return deliveries_after(trees_, message, after_id, limit);
}

std::vector<Delivery> SqliteSnapshot::failed_deliveries(MessageNo message,
                                                        std::string_view after_id,
                                                        std::int64_t limit) {
  std::vector<Delivery> rows;
  const std::string after = delivery_key(message, after_id);
  const std::string end = key_after(delivery_key(message, {}));
  RunsCursor cursor = trees_.failed_deliveries.cursor(after, end);
  cursor.seek(after);
  if (cursor.valid() && cursor.key() == after) cursor.next();
  for (; cursor.valid() && cursor.key() < end && std::cmp_less(rows.size(), limit); cursor.next()) {
    rows.push_back(named_delivery(trees_, message, decode_delivery_key(cursor.key()).delivery_id));
  }
  return rows;
}

std::optional<Delivery> SqliteSnapshot::delivery(MessageNo message, std::string_view delivery_id) {
  return find_delivery(trees_, message, delivery_id);
}

std::vector<Delivery> SqliteSnapshot::chain(ChainNo number) {
  return deliveries_in_chain(trees_, number);
}

void SqliteSnapshot::each_delivery(MessageNo message,
                                   const std::function<bool(const Delivery&)>& visit) {
  const std::string begin = delivery_key(message, {});
  const std::string end = key_after(begin);
  RunsCursor cursor = trees_.deliveries.cursor(begin, end);
  Delivery delivery;
  for (cursor.seek(begin); cursor.valid() && cursor.key() < end; cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), delivery);
    if (!visit(delivery)) return;
  }
}

}  // namespace message_history::sqlite
