#include "export/csv/csv_cells.h"

#include <fmt/format.h>

#include <iterator>

#include "catalog/reason.h"
#include "export/csv/wording.h"
#include "model/amount.h"

namespace message_history {

template <class Cells>
CellWriter<Cells>::CellWriter(Snapshot& snapshot, const MessageRow& message,
                              const ExportShape& shape, MemberTexts& members)
    : snapshot_(snapshot),
      kind_(message.report.facts.kind),
      shape_(shape),
      members_(members, snapshot),
      no_failure_(blanks(CsvColumn::failure_reason, CsvColumn::failure_code)),
      no_line_(blanks(CsvColumn::product_no, CsvColumn::quantity)),
      no_order_(blanks(CsvColumn::order_id, CsvColumn::refunded_amount)) {
  append_text(CsvColumn::message_type,
              message_type_text({kind_, message.report.facts.channel}, shape_.locale),
              before_member_);
  before_member_ += blanks(CsvColumn::sent, CsvColumn::failure_code);
  after_member_ = blanks(CsvColumn::sent_at, CsvColumn::sent_at);
}

template <class Cells>
std::string CellWriter<Cells>::blanks(CsvColumn first, CsvColumn last) const {
  std::string cells;
  for (auto column = static_cast<std::size_t>(first); column <= static_cast<std::size_t>(last);
       ++column) {
    append_text(static_cast<CsvColumn>(column), {}, cells);
  }
  return cells;
}

template <class Cells>
auto CellWriter<Cells>::route_texts(RouteNo number) -> const RouteTexts& {
  if (last_route_texts_ != nullptr && number == last_route_) return *last_route_texts_;
  auto known = routes_.find(number);
  if (known == routes_.end()) {
    RouteTexts texts;
    texts.route = snapshot_.route(number);
    for (std::size_t status = 0; status < delivery_status_count; ++status) {
      append_text(CsvColumn::message_type,
                  message_type_text({kind_, texts.route.channel}, shape_.locale),
                  texts.begins[status]);
      append_text(CsvColumn::sent, sent_text(static_cast<DeliveryStatus>(status), shape_.locale),
                  texts.begins[status]);
    }
    known = routes_.emplace(number, std::move(texts)).first;
  }
  last_route_ = number;
  last_route_texts_ = &known->second;
  return *last_route_texts_;
}

// Members' texts lie anywhere in memory. Asked for one after the other they would all be waited
// for.
template <class Cells>
void CellWriter<Cells>::prefetch(std::span<const Delivery> deliveries) const {
  if (!shows(CsvColumn::member_id)) return;
  for (const Delivery& delivery : deliveries) members_.prefetch(delivery.state.member);
}

template <class Cells>
void CellWriter<Cells>::append_unsold(const Delivery& delivery, std::string& out) {
  const std::size_t row_begin = out.size();
  append_delivery(delivery, out);
  out += no_order_;
  end_line(row_begin, out);
}

template <class Cells>
void CellWriter<Cells>::set_delivery(const Delivery& delivery) {
  beside_.clear();
  append_delivery(delivery, beside_);
}

template <class Cells>
void CellWriter<Cells>::set_no_delivery(MemberNo member) {
  beside_ = before_member_;
  if (shows(CsvColumn::member_id)) beside_ += members_.cell(member);
  beside_ += after_member_;
}

template <class Cells>
void CellWriter<Cells>::append_delivery(const Delivery& delivery, std::string& out) {
  const DeliveryState& state = delivery.state;
  const DeliveryStatus status = state.status();
  const RouteTexts& texts = route_texts(state.route());
  out += texts.begins[static_cast<std::size_t>(status)];
  if (status == DeliveryStatus::failed || status == DeliveryStatus::uncertain) {
    append_failure(state.marks.back(), texts.route, out);
  } else {
    out += no_failure_;
  }
  if (shows(CsvColumn::member_id)) out += members_.cell(state.member);
  if (!shows(CsvColumn::sent_at)) return;
  const auto success_at_us = state.success_at_us();
  const auto sent_at_us = success_at_us ? success_at_us : state.tried_at_us();
  Cells::begin_plain(out);
  if (sent_at_us) shape_.zone.append_rfc3339(*sent_at_us, out);
  Cells::end_plain(out);
}

template <class Cells>
void CellWriter<Cells>::append_failure(const StatusMark& mark, const Route& route,
                                       std::string& out) {
  // An uncertain delivery has not failed: without a code there is nothing to tell.
  if (mark.status == DeliveryStatus::uncertain && mark.code.empty()) {
    out += no_failure_;
    return;
  }
  const Reason reason = classify(route.provider, route.channel, mark.code);
  append_text(CsvColumn::failure_reason, reason_title(reason, shape_.locale), out);
  scratch_.clear();
  if (!mark.code.empty()) {
    scratch_ += route.provider;
    scratch_ += ':';
    scratch_ += mark.code;
  }
  append_text(CsvColumn::failure_code, scratch_, out);
}

template <class Cells>
void CellWriter<Cells>::append_order(const Snapshot::Sale& sale, const Order& order,
                                     std::string& out, const std::function<void()>& end_row) {
  set_attribution(sale.credit);
  OrderRow row{sale, order};
  if (order.version.lines.empty()) {
    append_order_row(row, out);
    end_row();
  }
  for (const OrderLine& line : order.version.lines) {
    row.line = &line;
    append_order_row(row, out);
    end_row();
    row.first = false;
  }
}

template <class Cells>
void CellWriter<Cells>::set_attribution(const CreditRow& credit) {
  attribution_.clear();
  if (!shows(CsvColumn::attribution)) return;
  scratch_.clear();
  shape_.zone.append_rfc3339(credit.touch_at_us, scratch_);
  append_attribution(
      {credit.touch, scratch_, credit.ordered_at_us - credit.touch_at_us, credit.rule_version},
      shape_.locale, attribution_);
}

template <class Cells>
void CellWriter<Cells>::append_order_row(const OrderRow& row, std::string& out) {
  const OrderVersion& version = row.order.version;
  const CreditRow& credit = row.sale.credit;
  const std::size_t row_begin = out.size();
  // Of one order, what is summed over a column stands on the first row only.
  const auto append_sum = [&](CsvColumn column, std::int64_t minor, std::string_view currency) {
    if (row.first) {
      append_amount(column, minor, currency, out);
    } else {
      append_text(column, {}, out);
    }
  };
  out += beside_;
  append_text(CsvColumn::order_id, row.sale.order_id, out);
  append_sum(CsvColumn::order_amount, version.amount_minor, version.currency);
  append_text(CsvColumn::currency, version.currency, out);
  append_time(CsvColumn::ordered_at, credit.ordered_at_us, out);
  if (row.line != nullptr) {
    append_line(row, out);
  } else {
    out += no_line_;
  }
  append_text(CsvColumn::attribution, attribution_, out);
  append_sum(CsvColumn::attributed_amount, credit.gross_minor, credit.currency);
  append_sum(CsvColumn::refunded_amount, credit.refunded_minor, credit.currency);
  end_line(row_begin, out);
}

template <class Cells>
void CellWriter<Cells>::append_line(const OrderRow& row, std::string& out) const {
  const OrderLine& line = *row.line;
  const std::string& currency = row.order.version.currency;
  append_text(CsvColumn::product_no, line.product_no, out);
  append_text(CsvColumn::product_name, line.name, out);
  append_amount(CsvColumn::unit_price, line.unit_price_minor, currency, out);
  append_amount(CsvColumn::option_price, line.option_price_minor, currency, out);
  append_text(CsvColumn::option, line.option, out);
  if (shows(CsvColumn::quantity)) {
    Cells::begin_plain(out);
    fmt::format_to(std::back_inserter(out), "{}", line.quantity);
    Cells::end_plain(out);
  }
}

template <class Cells>
void CellWriter<Cells>::append_amount(CsvColumn column, std::int64_t minor,
                                      std::string_view currency, std::string& out) const {
  if (!shows(column)) return;
  Cells::begin_plain(out);
  append_decimal({minor, currency}, out);
  Cells::end_plain(out);
}

template <class Cells>
void CellWriter<Cells>::append_time(CsvColumn column, std::int64_t at_us, std::string& out) {
  if (!shows(column)) return;
  Cells::begin_plain(out);
  shape_.zone.append_rfc3339(at_us, out);
  Cells::end_plain(out);
}

template class CellWriter<RawCells>;
template class CellWriter<SpreadsheetCells>;

}  // namespace message_history
