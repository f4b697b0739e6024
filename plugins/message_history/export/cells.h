// The cells of one row of an export, as texts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "calendar/time_zone.h"
#include "export/columns.h"
#include "model/delivery.h"
#include "model/order.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// One text a column; what does not apply is empty. The texts live elsewhere.
class CsvCells {
 public:
  std::string_view& operator[](CsvColumn column) {
    return texts_[static_cast<std::size_t>(column)];
  }
  std::string_view operator[](CsvColumn column) const {
    return texts_[static_cast<std::size_t>(column)];
  }

 private:
  std::array<std::string_view, column_count> texts_{};
};

// What an export is to show, and how.
struct ExportShape {
  CsvColumns columns = CsvColumns::all();
  Locale locale = Locale::ko;
  bool masked = true;
  TimeZone zone = TimeZone::utc();
};

// Turns deliveries, orders and lines into cells, each in turn; reuses its memory from row to row.
// The cells are valid until the next change. One thread. Throws what the snapshot throws.
class CellWriter {
 public:
  CellWriter(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape);

  const CsvCells& cells() const { return cells_; }

  // Takes the order's cells out as well.
  void set_delivery(const Delivery& delivery);
  void set_no_delivery();
  // The order's first line, or an order without lines.
  void set_order(const Snapshot::Sale& sale, const Order& order);
  void set_line(const OrderLine& line, std::string_view currency);
  // Of one order, from its second line on: what is summed over a column stands on the first line
  // only.
  void clear_sums();

 private:
  struct RouteTexts {
    std::string message_type;
    Route route;
  };

  bool shows(CsvColumn column) const { return shape_.columns.has(column); }
  std::string& text_of(CsvColumn column) { return texts_[static_cast<std::size_t>(column)]; }
  void show(CsvColumn column) { cells_[column] = text_of(column); }
  void show_amount(CsvColumn column, std::int64_t minor, std::string_view currency);
  void show_count(CsvColumn column, std::int64_t count);
  void show_time(CsvColumn column, std::int64_t at_us);
  void show_failure(const StatusMark& mark, const Route& route);
  void show_member(MemberNo number);
  void show_attribution(const CreditRow& credit);
  const RouteTexts& route_texts(RouteNo number);

  Snapshot& snapshot_;
  MessageKind kind_;
  ExportShape shape_;
  std::string message_type_;  // of the message itself
  std::unordered_map<RouteNo, RouteTexts> routes_;
  std::array<std::string, column_count> texts_;
  std::string touched_at_;
  CsvCells cells_;
};

}  // namespace message_history
