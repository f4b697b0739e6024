// The rows of an export, part by part: one a delivery, order and order line, in that order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "export/csv/csv_cells.h"
#include "export/csv/row_tally.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// From when on a chunk is full; a row may begin just before.
inline constexpr std::size_t chunk_bytes = std::size_t{256} * 1024;

// Some whole rows, in the order of the file.
struct RowChunk {
  std::string bytes;
  std::int64_t rows = 0;
};

// Takes a chunk that is full, or the last of a part, and leaves an empty one. What it throws ends
// the part.
using ChunkSink = std::function<void(RowChunk&)>;

// Some of the file's rows: of the deliveries in a span and of sales beside them.
struct RowPart {
  std::string from_id;                // inclusive
  std::string until_id;               // exclusive; empty: to the last delivery
  bool continues = false;             // the delivery `from_id` is also the last of the part before
  std::vector<Snapshot::Sale> sales;  // in the order of their reader, ids in the span or below it
};

// Makes parts into bytes. A delivery that sold nothing is one row, an order without lines as well;
// sales beside no delivery of this message have rows, too. Deliveries that are only known as the
// original of a fallback are none. One thread. Throws what snapshot and sink throw.
class RowWriter {
 public:
  // Snapshot and texts outlive it.
  RowWriter(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
            MemberTexts& members);

  void write(const RowPart& part, const ChunkSink& sink);

  // Sums of all parts written so far.
  const RowTally& tally() const { return tally_; }

 private:
  template <class Cells>
  class Part;
  // Of the one dialect that the file has.
  using AnyCells = std::variant<CellWriter<RawCells>, CellWriter<SpreadsheetCells>>;

  Snapshot& snapshot_;
  const MessageNo message_;
  AnyCells cells_;
  RowChunk chunk_;
  RowTally tally_;
};

}  // namespace message_history
