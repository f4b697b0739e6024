// Every row of an export in the order of the file, made by several threads, taken by one.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "export/csv/row_parts.h"
#include "export/csv/row_writer.h"

namespace message_history {

// How many threads make rows: as many as the machine runs at once, 2 to 4.
std::size_t row_threads();

// What the rows are made of. Every thread has a snapshot of its own; all are of one commit.
struct RowSource {
  std::span<const std::unique_ptr<Snapshot>> snapshots;  // the first is the calling thread's
  const MessageRow& message;
  const ExportShape& shape;
  PartSize part_size;
};

// Hands all rows to `sink`, on the calling thread, and adds them to `tally`. Each further snapshot
// gets a thread that makes rows, unless the message is one part only; no thread is left when it
// returns or throws. Memory does not grow with the message. Throws what snapshots and sink throw;
// of several failures the one whose rows come first.
void each_chunk(const RowSource& source, RowTally& tally, const ChunkSink& sink);

}  // namespace message_history
