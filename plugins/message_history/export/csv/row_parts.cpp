#include "export/csv/row_parts.h"

#include <utility>

namespace message_history {

RowParts::RowParts(Snapshot& snapshot, MessageNo message, const PartSize& size)
    : snapshot_(snapshot),
      message_(message),
      size_(size),
      sales_(snapshot.sales(message)),
      sale_(sales_->next()) {}

RowPart RowParts::next() {
  RowPart part;
  part.from_id = std::move(from_id_);
  part.continues = std::exchange(continues_, false);
  part.until_id = snapshot_.part_end(message_, part.from_id, size_.deliveries);
  const auto in_part = [&] {
    return sale_ && (part.until_id.empty() || sale_->delivery_id < part.until_id);
  };
  for (; in_part() && part.sales.size() < size_.sales_max; sale_ = sales_->next()) {
    part.sales.push_back(std::move(*sale_));
  }
  from_id_ = part.until_id;
  if (in_part()) {
    // The delivery that sold too much for one part is in this and in the next: it has orders in
    // both, so its own row is in neither. With a zero byte an id is followed by the least after it.
    from_id_ = sale_->delivery_id;
    part.until_id = from_id_;
    continues_ = part.sales.back().delivery_id == from_id_;
    if (continues_) part.until_id += '\0';
  } else {
    done_ = part.until_id.empty();
  }
  return part;
}

}  // namespace message_history
