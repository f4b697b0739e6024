#include <string>
#include <utility>
#include <vector>

#include "history/document/document.h"
#include "history/document/other_refunds.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/pages/views.h"
#include "history/request/cursor.h"
#include "history/request/parameters.h"
#include "history/strings/buyers_text.h"
#include "history/strings/duration_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/request_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

constexpr Column buyer_columns[] = {
    {"member", texts::member, CellType::member},
    {"products", texts::products, CellType::text},
    {"ordered_at", texts::ordered_at, CellType::datetime},
    {"amount", texts::amount, CellType::money},
    {"refunded", texts::refunded, CellType::money},
    {"net", texts::net, CellType::money},
    {"other_refunds", texts::other_refunds, CellType::money, {}, texts::other_refunds_help},
    {"touch", texts::touch, CellType::status},
    {"touch_at", texts::touch_at, CellType::datetime},
    {"lead", texts::lead, CellType::text},
    {"order_id", texts::order, CellType::id},
};

// What was bought, in a few words: the first line's name and how many more lines there are.
Json products_cell(const ViewContext& context, const std::optional<Order>& order) {
  if (!order || order->version.lines.empty()) return nullptr;
  const auto& lines = order->version.lines;
  const std::string& first =
      lines.front().name.empty() ? lines.front().product_no : lines.front().name;
  if (lines.size() == 1) return first;
  return sentence(context, texts::more_products, first, lines.size() - 1);
}

Json other_refunds_cell(ViewContext& context, const std::optional<Order>& order) {
  if (!order) return nullptr;
  const auto other = other_refunds(context, *order);
  return other.empty() ? Json() : money_cell(context, other);
}

Json buyer_row(ViewContext& context, const BuyerRow& buyer) {
  const CreditRow& credit = buyer.credit;
  const auto order = context.snapshot.order(credit.order);
  const bool is_explicit = credit.touch == TouchKind::explicit_message;
  return {
      {"member", member_cell(context, credit.member)},
      {"products", products_cell(context, order)},
      {"ordered_at", time_cell(context, credit.ordered_at_us)},
      {"amount", money_cell(credit.gross_minor, credit.currency)},
      {"refunded", money_cell(credit.refunded_minor, credit.currency)},
      {"net", money_cell(credit.gross_minor - credit.refunded_minor, credit.currency)},
      {"other_refunds", other_refunds_cell(context, order)},
      {"touch", status_cell(context, term_of(credit.touch))},
      {"touch_at", is_explicit ? Json() : time_cell(context, credit.touch_at_us)},
      {"lead", is_explicit ? Json()
                           : Json(duration_text(credit.ordered_at_us - credit.touch_at_us,
                                                context.locale()))},
      {"order_id", buyer.order_id},
      {"open", open_view("order", {{"order_id", buyer.order_id}})},
  };
}

}  // namespace

View buyers_view(ViewContext& context) {
  const auto message_id = required_param(context, "message_id");
  if (!message_id) return message_id.error();
  const auto cursor = cursor_param(context);
  if (!cursor) return cursor.error();
  const auto message = context.snapshot.message(message_id.value());
  if (!message) return not_found(context, texts::thing_message, message_id.value());

  std::optional<BuyerKey> after;
  if (cursor.value()) after = BuyerKey{cursor.value()->position, cursor.value()->text};
  auto buyers = context.snapshot.buyers(message->number, after, page_rows + 1);
  const bool has_more = buyers.size() > page_rows;
  if (has_more) buyers.resize(page_rows);
  Json rows = Json::array();
  for (const BuyerRow& buyer : buyers) rows.push_back(buyer_row(context, buyer));

  Json json = table(context, {"buyers", {}, {texts::buyers_empty, texts::buyers_next_step}},
                    buyer_columns, std::move(rows));
  if (!cursor.value()) json["total"] = message->counts.orders;
  if (has_more) {
    const BuyerRow& last = buyers.back();
    json["next"] = cursor_text(context, {last.credit.ordered_at_us, 0, last.order_id});
  }
  Document document(context, sentence(context, texts::buyers_title, name_of(*message)));
  if (!cursor.value()) add_retention_notice(document, context, first_at_us(*message));
  return document.add(std::move(json)).take();
}

}  // namespace message_history
