#include "history/pages/message_rows.h"

#include "history/document/view_cells.h"
#include "history/strings/messages_text.h"
#include "history/strings/terms.h"

namespace message_history {

namespace {

// What a message reached and sold comes before details: not every screen has room for all.
constexpr Column list_columns[] = {
    {"name", texts::name, CellType::text, "name"},
    {"message_id", texts::message_id, CellType::id},
    {"channel", texts::channel, CellType::status},
    {"result", texts::result, CellType::status},
    {"scheduled_at", texts::scheduled_at, CellType::datetime},
    {"sent_at", texts::sent_at, CellType::datetime, "sent"},
    {"recipients", texts::recipients, CellType::integer, "recipients", texts::recipients_help},
    {"success", texts::success, CellType::integer, "success"},
    {"failed", texts::failed, CellType::integer, "failed"},
    {"clicks", texts::clicks, CellType::integer, "clicks", texts::clicks_help},
    {"orders", texts::orders, CellType::integer, "orders"},
    {"gross", texts::gross, CellType::money},
    {"net", texts::net, CellType::money, "net", texts::net_help},
    {"refunded", texts::refunded, CellType::money},
    {"pending", texts::pending, CellType::integer, {}, texts::pending_help},
    {"excluded", texts::excluded, CellType::integer, {}, texts::excluded_help},
};

}  // namespace

MessageFigures& MessageFigures::operator+=(const MessageFigures& other) {
  recipients += other.recipients;
  success += other.success;
  failed += other.failed;
  pending += other.pending;
  excluded += other.excluded;
  clicks += other.clicks;
  orders += other.orders;
  for (const auto& [currency, one] : other.money) {
    MessageMoney& sum = money[currency];
    sum.orders += one.orders;
    sum.gross_minor += one.gross_minor;
    sum.refunded_minor += one.refunded_minor;
    sum.cost_minor += one.cost_minor;
  }
  return *this;
}

MessageFigures figures_of(const MessageCounts& counts, const MoneyByCurrency& money) {
  const RecipientCounts& reached = counts.recipients;
  return {reached.recipients(), reached.success, reached.failed, reached.pending,
          reached.excluded,     counts.clickers, counts.orders,  money};
}

MessageFigures figures_of(const PeriodRow& row) {
  const DayCounts& counts = row.counts;
  MessageFigures figures{counts.success + counts.failed + counts.pending,
                         counts.success,
                         counts.failed,
                         counts.pending,
                         counts.excluded,
                         counts.clicks,
                         0,
                         row.money};
  for (const auto& [currency, one] : row.money) figures.orders += one.orders;
  return figures;
}

MessageFigures figures_of(const MessageTotals& totals) {
  const ListCounts& counts = totals.counts;
  MessageFigures figures{counts.success + counts.failed + counts.pending,
                         counts.success,
                         counts.failed,
                         counts.pending,
                         counts.excluded,
                         counts.clickers,
                         counts.orders,
                         {}};
  for (const auto& [currency, sum] : totals.money) {
    figures.money[currency] = {sum.orders, sum.gross_minor, sum.refunded_minor, 0};
  }
  return figures;
}

std::span<const Column> message_columns() {
  return list_columns;
}

Json message_row(ViewContext& context, const MessageRow& message, const MessageFigures& figures) {
  const MessageReport& report = message.report;
  const MessageResult result = result_of(report, message.counts.recipients, context.now_us);
  MoneyCells money = money_cells(context, figures.money);
  return {
      {"message_id", message.message_id},
      {"name", name_of(message)},
      {"channel", status_cell(context, term_of(report.facts.channel))},
      {"result", status_cell(context, term_of(result))},
      {"scheduled_at",
       report.scheduled_at_us.known() ? time_cell(context, report.scheduled_at_us.value) : Json()},
      {"sent_at", time_cell(context, message.sent_at_us)},
      {"recipients", figures.recipients},
      {"success", figures.success},
      {"failed", figures.failed},
      {"pending", figures.pending},
      {"excluded", figures.excluded},
      {"clicks", figures.clicks},
      {"orders", figures.orders},
      {"gross", std::move(money.gross)},
      {"refunded", std::move(money.refunded)},
      {"net", std::move(money.net)},
      {"open", open_view("message", {{"message_id", message.message_id}})}};
}

Json total_tiles(const ViewContext& context, std::int64_t messages, const MessageFigures& figures) {
  MoneyCells money = money_cells(context, figures.money);
  return Tiles(context, "totals", texts::totals_title)
      .add({"messages", texts::messages, CellType::integer}, messages)
      .add({"recipients", texts::recipients, CellType::integer, {}, texts::recipients_help},
           figures.recipients)
      .add({"success", texts::success, CellType::integer}, figures.success)
      .add({"failed", texts::failed, CellType::integer}, figures.failed)
      .add({"pending", texts::pending, CellType::integer, {}, texts::pending_help}, figures.pending)
      .add({"clicks", texts::clicks, CellType::integer, {}, texts::clicks_help}, figures.clicks)
      .add({"orders", texts::orders, CellType::integer}, figures.orders)
      .add({"gross", texts::gross, CellType::money}, std::move(money.gross))
      .add({"net", texts::net, CellType::money, {}, texts::net_help}, std::move(money.net))
      .take();
}

}  // namespace message_history
