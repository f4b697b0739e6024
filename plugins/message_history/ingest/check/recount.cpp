#include "ingest/check/recount.h"

#include <memory>

#include "ingest/apply/list_work.h"
#include "ingest/check/restore_work.h"

namespace message_history {

namespace {

constexpr std::size_t chunk_rows = 8'192;
constexpr std::size_t transaction_chunks = 16;

// Gives out one RestoreWork after the other, each of a bounded number of rows.
class Chunks {
 public:
  Chunks(Maintenance& maintenance, const TenantFacts& facts, TimeZone& zone)
      : maintenance_(maintenance), facts_(facts), zone_(zone) {}

  RestoreWork& next(std::size_t rows = 1) {
    if (rows_ + rows > chunk_rows) finish_work();
    if (!transaction_) transaction_ = maintenance_.begin_scratch();
    if (!work_) work_ = std::make_unique<RestoreWork>(*transaction_, facts_, zone_);
    rows_ += rows;
    return *work_;
  }

  // A whole chunk of its own.
  RestoreWork& next_alone() {
    finish_work();
    return next();
  }

  void finish() {
    finish_work();
    if (transaction_) transaction_->commit();
    transaction_.reset();
    chunks_ = 0;
  }

  WriteTransaction& transaction() {
    finish_work();
    if (!transaction_) transaction_ = maintenance_.begin_scratch();
    return *transaction_;
  }

 private:
  void finish_work() {
    rows_ = 0;
    if (!work_) return;
    work_->finish();
    work_.reset();
    if (++chunks_ == transaction_chunks) finish();
  }

  Maintenance& maintenance_;
  const TenantFacts& facts_;
  TimeZone& zone_;
  std::unique_ptr<WriteTransaction> transaction_;
  std::unique_ptr<RestoreWork> work_;
  std::size_t rows_ = 0;
  std::size_t chunks_ = 0;
};

// Counters that hold what retention has dropped cannot be recounted: lists are made of those that
// the store has.
void list_anew(Maintenance& maintenance, const TenantFacts& facts) {
  maintenance.keep_dropped_counts();
  auto transaction = maintenance.begin_scratch();
  ListWork lists(*transaction, facts.currency);
  maintenance.each_counted_message([&](const MessageRow& row) {
    lists.move(nullptr, row, transaction->money(row.number));
    if (row.report.facts.kind == MessageKind::automatic) transaction->join_periods(row.number);
  });
  lists.flush();
  transaction->commit();
}

}  // namespace

void recount(Maintenance& maintenance, const TenantFacts& facts, TimeZone& zone) {
  Chunks chunks(maintenance, facts, zone);
  maintenance.each_message([&](const MessageRow& row) { chunks.next().restore(row); });
  maintenance.each_delivery(
      chunk_rows, [&](std::span<const Delivery> rows) { chunks.next_alone().restore(rows); });
  maintenance.each_touch([&](const TouchRow& row) { chunks.next().restore(row); });
  maintenance.each_refund([&](const Refund& row) { chunks.next().restore(row); });
  maintenance.each_order([&](const Order& row, const std::optional<CreditRow>& credited) {
    chunks.next().restore(row, credited);
  });
  WriteTransaction& transaction = chunks.transaction();
  maintenance.each_refund([&](const Refund& row) {
    if (!transaction.order(row.order_id)) transaction.hold_refund(row);
  });
  chunks.finish();
  if (maintenance.has_dropped()) list_anew(maintenance, facts);
}

}  // namespace message_history
