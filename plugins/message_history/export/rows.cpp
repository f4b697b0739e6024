#include "export/rows.h"

#include <crm/cpp/failure.hpp>
#include <utility>
#include <vector>

namespace message_history {

namespace {

// The deliveries that are rows of the file, one by one, read in pages.
class DeliveryReader {
 public:
  DeliveryReader(Snapshot& snapshot, MessageNo message) : snapshot_(snapshot), message_(message) {
    read_page();
    skip_unreported();
  }

  // NULL after the last one.
  const Delivery* current() const { return next_ < page_.size() ? &page_[next_] : nullptr; }

  void advance() {
    step();
    skip_unreported();
  }

 private:
  void step() {
    if (++next_ < page_.size() || page_.size() < static_cast<std::size_t>(deliveries_page_rows)) {
      return;
    }
    after_id_ = std::move(page_.back().delivery_id);
    read_page();
  }

  void skip_unreported() {
    while (current() != nullptr && current()->state.status() == DeliveryStatus::unreported) step();
  }

  void read_page() {
    page_ = snapshot_.deliveries(message_, after_id_, deliveries_page_rows);
    next_ = 0;
  }

  Snapshot& snapshot_;
  MessageNo message_;
  std::string after_id_;
  std::vector<Delivery> page_;
  std::size_t next_ = 0;
};

class RowStream {
 public:
  RowStream(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
            const std::function<void(const CsvCells&)>& visit)
      : snapshot_(snapshot),
        deliveries_(snapshot, message.number),
        cells_(snapshot, message, shape),
        visit_(visit) {}

  // In the order of each_sale.
  void add(const Snapshot::Sale& sale) {
    add_deliveries_before(sale.delivery_id);
    const Delivery* delivery = deliveries_.current();
    if (delivery == nullptr || delivery->delivery_id != sale.delivery_id) {
      cells_.set_no_delivery();
    } else if (!has_sold_) {
      cells_.set_delivery(*delivery);
      has_sold_ = true;
    }
    add_order(sale);
  }

  void add_deliveries_left() {
    while (deliveries_.current() != nullptr) finish_delivery();
  }

  std::int64_t rows() const { return rows_; }

 private:
  void add_deliveries_before(std::string_view delivery_id) {
    while (deliveries_.current() != nullptr && deliveries_.current()->delivery_id < delivery_id) {
      finish_delivery();
    }
  }

  void finish_delivery() {
    if (!has_sold_) {
      cells_.set_delivery(*deliveries_.current());
      add_row();
    }
    has_sold_ = false;
    deliveries_.advance();
  }

  void add_order(const Snapshot::Sale& sale) {
    const auto order = snapshot_.order(sale.credit.order);
    if (!order) {
      throw crm::Failure(CRM_ERR_CORRUPT,
                         "an order that is credited to the message is missing; restore a backup");
    }
    cells_.set_order(sale, *order);
    if (order->version.lines.empty()) add_row();
    bool first = true;
    for (const OrderLine& line : order->version.lines) {
      if (!first) cells_.clear_sums();
      first = false;
      cells_.set_line(line, order->version.currency);
      add_row();
    }
  }

  void add_row() {
    visit_(cells_.cells());
    ++rows_;
  }

  Snapshot& snapshot_;
  DeliveryReader deliveries_;
  CellWriter cells_;
  const std::function<void(const CsvCells&)>& visit_;
  bool has_sold_ = false;  // the current delivery has a row already
  std::int64_t rows_ = 0;
};

}  // namespace

std::int64_t each_row(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
                      const std::function<void(const CsvCells&)>& visit) {
  RowStream stream(snapshot, message, shape, visit);
  snapshot.each_sale(message.number, [&stream](const Snapshot::Sale& sale) {
    stream.add(sale);
    return true;
  });
  stream.add_deliveries_left();
  return stream.rows();
}

}  // namespace message_history
