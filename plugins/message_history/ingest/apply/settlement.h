// One transaction for a group of batches, each applied to its own source.
//
// Few commits and short-lived rows pull in two directions. What a commit costs hardly depends on
// how much is in it, but what the events of a chunk need beside each other should stay in the
// processor's caches until the chunk is counted.
//
// One thread, which holds the store's writer. Throws what the transaction throws; nothing of it is
// in the database then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "calendar/time_zone.h"
#include "ingest/apply/batch_work.h"
#include "ingest/journal/backlog.h"
#include "ingest/journal/batch_record.h"
#include "store/store.h"

namespace message_history {

using BatchSpan = std::span<const std::shared_ptr<const JournaledBatch>>;

class Settlement {
 public:
  struct Terms {
    std::int64_t cutoff_us = 0;  // what happened before is no longer kept
    TrustedTime time;            // to be written with the batches; without a time: nothing is
  };
  // `transaction` was just begun in the store, which outlives it.
  Settlement(Store& store, TimeZone& zone, std::unique_ptr<WriteTransaction> transaction,
             const Terms& terms)
      : store_(store), zone_(zone), transaction_(std::move(transaction)), terms_(terms) {}

  // The batches without those that the database holds already: a commit may take effect although
  // it, or what followed it, told of an error.
  BatchSpan not_settled(BatchSpan batches) const;

  // Commits the batches, from the first on, and returns how many; zero only when there are none.
  // Between two chunks it ends early when `breaks_off`, which may be empty, says so.
  std::size_t settle(BatchSpan batches, const std::function<bool()>& breaks_off);

  // True when the batches name members after their erasure.
  bool names_erased() const { return named_erased_ > 0; }

 private:
  void apply(BatchSpan batches);
  void apply(BatchWork& work, const BatchRecord& record);
  // Notes that the batch names ids of erased members, which its record in the journal holds.
  void note_erased(const JournaledBatch& batch, const BatchRecord& record);
  // A record with duplicates alone tells what came again and again since the last new event.
  void note_repeated(const BatchRecord& record, SourceNo source);
  SourceRow& source(const std::string& name);

  Store& store_;
  TimeZone& zone_;
  std::unique_ptr<WriteTransaction> transaction_;
  const Terms terms_;
  std::map<std::string, SourceRow> sources_;
  PendingScrub scrub_;             // of this transaction
  std::int64_t named_erased_ = 0;  // members that it names after their erasure
};

}  // namespace message_history
