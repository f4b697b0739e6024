// The cells of an export's rows: deliveries, orders and lines as bytes of a dialect.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "calendar/time_zone.h"
#include "export/csv/columns.h"
#include "export/csv/csv.h"
#include "export/csv/member_texts.h"
#include "model/delivery.h"
#include "model/order.h"
#include "store/rows.h"
#include "store/snapshot.h"

namespace message_history {

// What an export is to show, and how.
struct ExportShape {
  CsvColumns columns = CsvColumns::all();
  Locale locale = Locale::ko;
  bool masked = true;
  TimeZone zone = TimeZone::utc();
  Dialect dialect = Dialect::raw_v1;
};

// Appends rows; what rows have in common is made into bytes once. One thread. Throws what the
// snapshot throws, and then `out` may end in half a row. `Cells` is the dialect, of csv.h.
template <class Cells>
class CellWriter {
 public:
  // The snapshot and the texts outlive it.
  CellWriter(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape,
             MemberTexts& members);

  // Makes the rows of these deliveries quicker that follow.
  void prefetch(std::span<const Delivery> deliveries) const;

  // The row of a delivery that sold nothing.
  void append_unsold(const Delivery& delivery, std::string& out);

  // Whom the orders that follow are shown beside.
  void set_delivery(const Delivery& delivery);
  // The same for orders of a member whom no delivery of the message reached, or of nobody.
  void set_no_delivery(MemberNo member);
  // An order's rows, one a line, one without lines; calls `end_row` after each.
  void append_order(const Snapshot::Sale& sale, const Order& order, std::string& out,
                    const std::function<void()>& end_row);

 private:
  // What the deliveries of one route have in common.
  struct RouteTexts {
    Route route;
    // Message type and result, by status.
    std::array<std::string, delivery_status_count> begins;
  };
  struct OrderRow {
    const Snapshot::Sale& sale;
    const Order& order;
    const OrderLine* line = nullptr;  // NULL: none
    bool first = true;                // of the order's rows
  };

  bool shows(CsvColumn column) const { return shape_.columns.has(column); }
  void append_text(CsvColumn column, std::string_view text, std::string& out) const {
    if (shows(column)) Cells::append(info_of(column).type, text, out);
  }
  void append_amount(CsvColumn column, std::int64_t minor, std::string_view currency,
                     std::string& out) const;
  void append_time(CsvColumn column, std::int64_t at_us, std::string& out);
  void append_delivery(const Delivery& delivery, std::string& out);
  void append_failure(const StatusMark& mark, const Route& route, std::string& out);
  void set_attribution(const CreditRow& credit);
  void append_order_row(const OrderRow& row, std::string& out);
  void append_line(const OrderRow& row, std::string& out) const;
  const RouteTexts& route_texts(RouteNo number);
  std::string blanks(CsvColumn first, CsvColumn last) const;

  Snapshot& snapshot_;
  MessageKind kind_;
  ExportShape shape_;
  MemberTexts::Reader members_;
  std::unordered_map<RouteNo, RouteTexts> routes_;
  RouteNo last_route_;
  const RouteTexts* last_route_texts_ = nullptr;
  std::string before_member_;  // the cells of a delivery where there is none, up to the member
  std::string after_member_;   // and after it
  std::string no_failure_;
  std::string no_line_;
  std::string no_order_;  // with the row's end
  std::string beside_;    // the delivery's cells
  std::string attribution_;
  std::string scratch_;
};

extern template class CellWriter<RawCells>;
extern template class CellWriter<SpreadsheetCells>;

}  // namespace message_history
