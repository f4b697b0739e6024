// Cuts an export's rows into parts, in the order of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "export/csv/row_writer.h"
#include "store/snapshot.h"

namespace message_history {

// How large a part is; both are at least 1.
struct PartSize {
  std::int64_t deliveries = 8'192;  // about
  std::size_t sales_max = 2'048;
};

// One thread. Throws what the snapshot throws.
class RowParts {
 public:
  // The snapshot outlives it.
  RowParts(Snapshot& snapshot, MessageNo message, const PartSize& size);

  bool done() const { return done_; }
  // Only while it is not done; a message without anything is one empty part.
  RowPart next();

 private:
  Snapshot& snapshot_;
  const MessageNo message_;
  const PartSize size_;
  const std::unique_ptr<Snapshot::SaleReader> sales_;
  std::optional<Snapshot::Sale> sale_;  // the next one
  std::string from_id_;
  bool continues_ = false;
  bool done_ = false;
};

}  // namespace message_history
