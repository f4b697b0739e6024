#include "export/csv/row_writer.h"

#include <crm/cpp/failure.hpp>

namespace message_history {

// One part on its way: the deliveries are merged with the sales.
template <class Cells>
class RowWriter::Part {
 public:
  Part(RowWriter& writer, CellWriter<Cells>& cells, const RowPart& part, const ChunkSink& sink)
      : snapshot_(writer.snapshot_),
        cells_(cells),
        chunk_(writer.chunk_),
        tally_(writer.tally_),
        counted_before_(part.continues ? part.from_id : std::string()),
        sale_(part.sales.begin()),
        last_sale_(part.sales.end()),
        sink_(sink) {
    reserve();
  }

  void add(std::span<const Delivery> deliveries) {
    cells_.prefetch(deliveries);
    for (const Delivery& delivery : deliveries) {
      if (delivery.state.status() != DeliveryStatus::unreported) add(delivery);
    }
  }

  void finish() {
    add_sales_without_delivery([](const Snapshot::Sale&) { return true; });
    if (chunk_.rows > 0) sink_(chunk_);
  }

 private:
  using Sale = std::vector<Snapshot::Sale>::const_iterator;

  void add(const Delivery& delivery) {
    if (counted_before_.empty() || delivery.delivery_id != counted_before_) tally_.add(delivery);
    if (sale_ != last_sale_ && sale_->delivery_id <= delivery.delivery_id) {
      add_sales_without_delivery(
          [&](const Snapshot::Sale& sale) { return sale.delivery_id < delivery.delivery_id; });
      if (add_sales_of(delivery)) return;
    }
    cells_.append_unsold(delivery, chunk_.bytes);
    end_row();
  }

  template <class Wanted>
  void add_sales_without_delivery(const Wanted& wanted) {
    for (; sale_ != last_sale_ && wanted(*sale_); ++sale_) {
      cells_.set_no_delivery(sale_->credit.member);
      add_order();
    }
  }

  // False when it sold nothing.
  bool add_sales_of(const Delivery& delivery) {
    const Sale first = sale_;
    for (; sale_ != last_sale_ && sale_->delivery_id == delivery.delivery_id; ++sale_) {
      if (sale_ == first) cells_.set_delivery(delivery);
      add_order();
    }
    return sale_ != first;
  }

  void add_order() {
    const auto order = snapshot_.order(sale_->credit.order);
    if (!order) {
      throw crm::Failure(CRM_ERR_CORRUPT,
                         "an order that is credited to the message is missing; restore a backup");
    }
    tally_.add(sale_->credit);
    cells_.append_order(*sale_, *order, chunk_.bytes, [this] { end_row(); });
  }

  void end_row() {
    ++chunk_.rows;
    tally_.add_row();
    if (chunk_.bytes.size() < chunk_bytes) return;
    sink_(chunk_);
    reserve();
  }

  void reserve() { chunk_.bytes.reserve(chunk_bytes + chunk_bytes / 4); }

  Snapshot& snapshot_;
  CellWriter<Cells>& cells_;
  RowChunk& chunk_;
  RowTally& tally_;
  const std::string counted_before_;  // a delivery that the part before has counted; or empty
  Sale sale_;
  const Sale last_sale_;
  const ChunkSink& sink_;
};

RowWriter::RowWriter(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
                     MemberTexts& members)
    : snapshot_(snapshot),
      message_(message.number),
      cells_(with_cells(shape.dialect, [&]<class Cells>(Cells) {
        return AnyCells(std::in_place_type<CellWriter<Cells>>, snapshot, message, shape, members);
      })) {}

void RowWriter::write(const RowPart& part, const ChunkSink& sink) {
  const auto write_with = [&]<class Cells>(CellWriter<Cells>& cells) {
    Part<Cells> rows(*this, cells, part, sink);
    snapshot_.each_delivery(
        message_, {part.from_id, part.until_id},
        [&rows](std::span<const Delivery> deliveries) { rows.add(deliveries); });
    rows.finish();
  };
  std::visit(write_with, cells_);
}

}  // namespace message_history
