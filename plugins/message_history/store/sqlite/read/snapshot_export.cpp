// What an export reads with several threads: snapshots of one commit, and parts of a message.
#include <algorithm>
#include <iterator>

#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t batch_deliveries = 64;
constexpr int free_renewals_max = 10;

}  // namespace

void SqliteSnapshot::each_delivery(MessageNo message, const IdSpan& span,
                                   const DeliveriesVisit& visit) {
  const std::string begin = delivery_key(message, span.from_id);
  const std::string end = span.until_id.empty() ? key_after(delivery_key(message, {}))
                                                : delivery_key(message, span.until_id);
  RunsCursor cursor = trees_.deliveries.cursor(begin, end);
  std::vector<Delivery> batch(batch_deliveries);  // whose memory is reused
  std::size_t count = 0;
  for (cursor.seek(begin); cursor.valid() && cursor.key() < end; cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), batch[count++]);
    if (count < batch.size()) continue;
    visit(batch);
    count = 0;
  }
  if (count > 0) visit(std::span<const Delivery>(batch).first(count));
}

// A block in so many begins a part, whatever run it is in.
void SqliteSnapshot::cut_into_parts(MessageNo message, std::int64_t deliveries) {
  parted_ = message;
  part_deliveries_ = deliveries;
  parts_.clear();
  const std::int64_t blocks = count("SELECT coalesce(sum(blocks), 0) FROM run");
  const std::int64_t entries = count("SELECT coalesce(sum(entries), 0) FROM run");
  const std::int64_t step =
      entries == 0 ? 1 : std::max<std::int64_t>(1, deliveries * blocks / entries);
  const std::string begin = delivery_key(message, {});
  Query query = db_.query(
      "SELECT fence.first_key FROM run JOIN fence USING (run_no) WHERE tree = ?1 "
      "AND fence.first_key > ?2 AND fence.first_key < ?3 ORDER BY fence.first_key");
  query.bind(static_cast<std::int64_t>(Tree::delivery)).bind_blob(begin);
  query.bind_blob(key_after(begin));
  for (std::int64_t i = 1; query.step(); ++i) {
    if (i % step == 0) parts_.emplace_back(decode_delivery_key(query.bytes()).delivery_id);
  }
}

std::string SqliteSnapshot::part_end(MessageNo message, std::string_view from_id,
                                     std::int64_t deliveries) {
  if (parted_ != message || part_deliveries_ != deliveries) cut_into_parts(message, deliveries);
  const auto end = std::upper_bound(parts_.begin(), parts_.end(), from_id);
  return end == parts_.end() ? std::string() : *end;
}

// Opened one after the other. A connection without a transaction sees by its data_version whether
// any other one, of whatever process, has committed in between; then they are all taken anew, at
// last while writers are kept out.
std::vector<std::unique_ptr<Snapshot>> open_snapshots(const std::string& file,
                                                      const TenantFacts& facts, std::size_t count) {
  Connection watch(file, Connection::Mode::write);
  std::int64_t version = watch.pragma("data_version");
  std::vector<std::unique_ptr<SqliteSnapshot>> taken;
  for (std::size_t i = 0; i < count; ++i) {
    taken.push_back(std::make_unique<SqliteSnapshot>(file, facts));
  }
  for (int renewals = 0; watch.pragma("data_version") != version; ++renewals) {
    if (renewals == free_renewals_max) watch.hold_writers();
    version = watch.pragma("data_version");
    for (const auto& snapshot : taken) snapshot->renew();
  }
  if (!taken.empty()) taken.front()->expect_complete();
  return {std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end())};
}

}  // namespace message_history::sqlite
