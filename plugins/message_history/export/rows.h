// The rows of an export, streamed: one a delivery, order and order line, in that order.
#pragma once

#include <cstdint>
#include <functional>

#include "export/cells.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// Deliveries in memory at a time.
inline constexpr std::int64_t deliveries_page_rows = 256;

// Visits every row and returns how many there were. A delivery that sold nothing is one row, an
// order without lines as well; sales beside no delivery of this message come first. Deliveries that
// are only known as the original of a fallback are none. Each sale is visited by the snapshot while
// deliveries are read in pages beside it, so memory does not grow with the message. What `visit`
// throws ends it.
std::int64_t each_row(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
                      const std::function<void(const CsvCells&)>& visit);

}  // namespace message_history
