#include "export/cells.h"

#include "catalog/reason.h"
#include "export/amount.h"
#include "export/wording.h"

namespace message_history {

CellWriter::CellWriter(Snapshot& snapshot, const MessageRow& message, const ExportShape& shape)
    : snapshot_(snapshot),
      kind_(message.report.facts.kind),
      shape_(shape),
      message_type_(message_type_text({kind_, message.report.facts.channel}, shape.locale)) {}

const CellWriter::RouteTexts& CellWriter::route_texts(RouteNo number) {
  const auto known = routes_.find(number);
  if (known != routes_.end()) return known->second;
  RouteTexts texts;
  texts.route = snapshot_.route(number);
  texts.message_type = message_type_text({kind_, texts.route.channel}, shape_.locale);
  return routes_.emplace(number, std::move(texts)).first->second;
}

void CellWriter::set_no_delivery() {
  cells_ = {};
  cells_[CsvColumn::message_type] = message_type_;
}

void CellWriter::set_delivery(const Delivery& delivery) {
  cells_ = {};
  const DeliveryState& state = delivery.state;
  const RouteTexts& texts = route_texts(state.route);
  cells_[CsvColumn::message_type] = texts.message_type;
  cells_[CsvColumn::sent] = sent_text(state.status(), shape_.locale);
  if (state.status() == DeliveryStatus::failed || state.status() == DeliveryStatus::uncertain) {
    show_failure(state.marks.back(), texts.route);
  }
  if (shows(CsvColumn::member_id)) show_member(state.member);
  if (!shows(CsvColumn::sent_at)) return;
  const auto success_at_us = state.success_at_us();
  const auto sent_at_us = success_at_us ? success_at_us : state.tried_at_us();
  if (sent_at_us) show_time(CsvColumn::sent_at, *sent_at_us);
}

void CellWriter::show_failure(const StatusMark& mark, const Route& route) {
  // An uncertain delivery has not failed: without a code there is nothing to tell.
  if (mark.status == DeliveryStatus::uncertain && mark.code.empty()) return;
  const Reason reason = classify(route.provider, route.channel, mark.code);
  cells_[CsvColumn::failure_reason] = reason_title(reason, shape_.locale);
  if (mark.code.empty()) return;
  std::string& code = text_of(CsvColumn::failure_code);
  code = route.provider;
  code += ':';
  code += mark.code;
  show(CsvColumn::failure_code);
}

void CellWriter::show_member(MemberNo number) {
  if (!is_person(number)) return;
  const auto member = snapshot_.member(number);
  if (!member) return;
  std::string& text = text_of(CsvColumn::member_id);
  if (!shape_.masked) {
    text = member->member;
  } else if (member->erased) {
    text = erased_member_text(shape_.locale);
  } else {
    write_masked(member->member, text);
  }
  show(CsvColumn::member_id);
}

void CellWriter::set_order(const Snapshot::Sale& sale, const Order& order) {
  const std::string_view currency = order.version.currency;
  text_of(CsvColumn::order_id) = sale.order_id;
  show(CsvColumn::order_id);
  text_of(CsvColumn::currency) = currency;
  show(CsvColumn::currency);
  if (shows(CsvColumn::ordered_at)) show_time(CsvColumn::ordered_at, sale.credit.ordered_at_us);
  show_amount(CsvColumn::order_amount, order.version.amount_minor, currency);
  show_amount(CsvColumn::attributed_amount, sale.credit.gross_minor, sale.credit.currency);
  show_amount(CsvColumn::refunded_amount, sale.credit.refunded_minor, sale.credit.currency);
  if (shows(CsvColumn::attribution)) show_attribution(sale.credit);
  constexpr CsvColumn of_lines[] = {CsvColumn::product_no, CsvColumn::product_name,
                                    CsvColumn::unit_price, CsvColumn::option_price,
                                    CsvColumn::option,     CsvColumn::quantity};
  for (const CsvColumn column : of_lines) cells_[column] = {};
}

void CellWriter::set_line(const OrderLine& line, std::string_view currency) {
  cells_[CsvColumn::product_no] = line.product_no;
  cells_[CsvColumn::product_name] = line.name;
  cells_[CsvColumn::option] = line.option;
  show_amount(CsvColumn::unit_price, line.unit_price_minor, currency);
  show_amount(CsvColumn::option_price, line.option_price_minor, currency);
  show_count(CsvColumn::quantity, line.quantity);
}

void CellWriter::clear_sums() {
  cells_[CsvColumn::order_amount] = {};
  cells_[CsvColumn::attributed_amount] = {};
  cells_[CsvColumn::refunded_amount] = {};
}

void CellWriter::show_amount(CsvColumn column, std::int64_t minor, std::string_view currency) {
  if (!shows(column)) return;
  write_decimal({minor, currency}, text_of(column));
  show(column);
}

void CellWriter::show_count(CsvColumn column, std::int64_t count) {
  if (!shows(column)) return;
  text_of(column) = std::to_string(count);
  show(column);
}

void CellWriter::show_time(CsvColumn column, std::int64_t at_us) {
  text_of(column) = shape_.zone.rfc3339(at_us);
  show(column);
}

void CellWriter::show_attribution(const CreditRow& credit) {
  touched_at_ = shape_.zone.rfc3339(credit.touch_at_us);
  write_attribution(
      {credit.touch, touched_at_, credit.ordered_at_us - credit.touch_at_us, credit.rule_version},
      shape_.locale, text_of(CsvColumn::attribution));
  show(CsvColumn::attribution);
}

}  // namespace message_history
