#include "history/pages/message_effect.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "attribution/lift.h"
#include "history/document/retention_notice.h"
#include "history/document/view_cells.h"
#include "history/strings/duration_text.h"
#include "history/strings/message_text.h"
#include "history/strings/messages_text.h"
#include "history/strings/sentence.h"

namespace message_history {

namespace {

// More days than this are shown as months.
constexpr std::int32_t chart_days_max = 92;
// Days with sales, each currency apart: ten years of one. Of more, the newest are drawn.
constexpr std::int64_t revenue_rows_max = 4'000;

constexpr Column revenue_columns[] = {
    {"currency", texts::currency, CellType::text},
    {"orders", texts::orders, CellType::integer},
    {"gross", texts::gross, CellType::money},
    {"refunded", texts::refunded, CellType::money},
    {"net", texts::net, CellType::money, {}, texts::net_help},
    {"cost", texts::cost, CellType::money},
    {"return", texts::return_on_cost, CellType::percent, {}, texts::return_help},
    {"shop_gross", texts::shop_gross, CellType::money, {}, texts::shop_gross_help},
    {"share", texts::share, CellType::percent, {}, texts::share_help},
};

using DayMoney = std::map<std::int32_t, ShopMoney>;

struct Chart {
  std::vector<std::string> labels;
  std::vector<std::int64_t> gross;
  std::vector<std::int64_t> net;
};

std::string month_text(std::int32_t day) {
  return date_text(day).substr(0, std::string_view("2026-11").size());
}

// The months from that of one day to that of another, both included.
std::vector<std::string> months_between(std::int32_t first_day, std::int32_t last_day) {
  constexpr std::int32_t days_a_month_min = 28;
  std::vector<std::string> months{month_text(first_day)};
  for (std::int32_t day = first_day; day < last_day;) {
    day = std::min(day + days_a_month_min, last_day);
    if (std::string month = month_text(day); month != months.back()) {
      months.push_back(std::move(month));
    }
  }
  return months;
}

// A label for every day or month from the first to the last with sales, those without included.
Chart drawn(const DayMoney& days, bool by_day) {
  const std::int32_t first = days.begin()->first;
  const std::int32_t last = days.rbegin()->first;
  const auto label_of = [by_day](std::int32_t day) {
    return by_day ? date_text(day) : month_text(day);
  };
  Chart chart;
  if (by_day) {
    for (std::int32_t day = first; day <= last; ++day) chart.labels.push_back(label_of(day));
  } else {
    chart.labels = months_between(first, last);
  }
  chart.gross.assign(chart.labels.size(), 0);
  chart.net.assign(chart.labels.size(), 0);
  for (const auto& [day, money] : days) {
    const auto place = std::ranges::lower_bound(chart.labels, label_of(day));
    const auto at = static_cast<std::size_t>(place - chart.labels.begin());
    chart.gross[at] += money.gross_minor;
    chart.net[at] += money.gross_minor - money.refunded_minor;
  }
  return chart;
}

Json revenue_chart(const ViewContext& context, const std::string& currency, const DayMoney& days) {
  const bool by_day = days.rbegin()->first - days.begin()->first < chart_days_max;
  Chart sales = drawn(days, by_day);
  const std::string title =
      sentence(context, by_day ? texts::daily_title : texts::monthly_title, currency);
  const Series series[] = {{"gross", context.text(texts::gross), std::move(sales.gross)},
                           {"net", context.text(texts::net), std::move(sales.net)}};
  return chart({"revenue." + currency, ChartKind::bar, currency, title}, sales.labels, series);
}

// From the day of its first send (of its first order, should that be earlier) until today: all that
// it did lies in them.
DaySpan days_of(ViewContext& context, const MessageSales& sales) {
  const std::int32_t today = context.zone.day_of(context.now_us);
  DaySpan days{context.zone.day_of(first_at_us(sales.message)), today};
  for (const RevenueDayRow& row : sales.days) {
    days.first = std::min(days.first, row.day);
    days.last = std::max(days.last, row.day);
  }
  return days;
}

std::string lift_sentence(const ViewContext& context, const Lift& lift) {
  const bool lowered = lift.high < 0;
  const std::string low = percent_text(lowered ? -lift.high : lift.low);
  const std::string high = percent_text(lowered ? -lift.low : lift.high);
  const Localized& pattern = !lift.conclusive ? texts::lift_inconclusive
                             : lowered        ? texts::lift_lowered
                                              : texts::lift_raised;
  return sentence(context, pattern, percent_text(lowered ? -lift.difference : lift.difference), low,
                  high);
}

}  // namespace

MessageSales sales_of(ViewContext& context, const MessageRow& message) {
  return {message, context.snapshot.money(message.number),
          context.snapshot.revenue_days(message.number, revenue_rows_max)};
}

Json revenue_table(ViewContext& context, const MessageSales& sales) {
  const auto shop = context.snapshot.shop(days_of(context, sales));
  Json rows = Json::array();
  for (const auto& [currency, one] : sales.money) {
    const auto found = shop.find(currency);
    const ShopMoney sold = found == shop.end() ? ShopMoney{} : found->second;
    const bool cost_known = one.cost_minor > 0;
    rows.push_back(
        {{"currency", currency},
         {"orders", one.orders},
         {"gross", money_cell(one.gross_minor, currency)},
         {"refunded", money_cell(one.refunded_minor, currency)},
         {"net", money_cell(one.net_minor(), currency)},
         {"cost", cost_known ? money_cell(one.cost_minor, currency) : Json()},
         {"return", ratio_cell(context, {one.net_minor(), one.cost_minor}, one.orders)},
         {"shop_gross", money_cell(sold.gross_minor, currency)},
         {"share", ratio_cell(context, {one.gross_minor, sold.gross_minor}, sold.orders)}});
  }
  return table(context,
               {"revenue", texts::revenue_title, {texts::revenue_empty, texts::revenue_next_step}},
               revenue_columns, std::move(rows));
}

std::vector<Json> revenue_charts(const ViewContext& context, const MessageSales& sales) {
  std::map<std::string, DayMoney> by_currency;
  for (const RevenueDayRow& row : sales.days) {
    if (row.money != ShopMoney{}) by_currency[row.currency][row.day] = row.money;
  }
  std::vector<Json> charts;
  for (const auto& [currency, days] : by_currency) {
    charts.push_back(revenue_chart(context, currency, days));
  }
  return charts;
}

std::vector<Json> lift_parts(const ViewContext& context, const RecipientCounts& counts) {
  if (counts.held_out == 0) return {};
  const auto lift = lift_of(
      {counts.success, counts.converted_reached, counts.held_out, counts.converted_held_out});
  if (!lift) {
    return {notice(
        "lift", Tone::neutral,
        sentence(context, texts::lift_too_little, lift_group_members_min, lift_converted_min))};
  }
  const Tone tone = !lift->conclusive ? Tone::neutral
                    : lift->low > 0   ? Tone::success
                                      : Tone::warning;
  Tiles tiles(context, "lift_numbers", texts::lift_title);
  tiles.add({"reached", texts::reached_members, CellType::integer}, counts.success)
      .add({"reached_rate", texts::reached_rate, CellType::percent}, lift->reached_rate)
      .add({"held_out", texts::held_out_members, CellType::integer}, counts.held_out)
      .add({"held_out_rate", texts::held_out_rate, CellType::percent}, lift->held_out_rate)
      .add({"difference", texts::lift_difference, CellType::percent}, lift->difference)
      .add({"low", texts::lift_low, CellType::percent}, lift->low)
      .add({"high", texts::lift_high, CellType::percent}, lift->high);
  return {notice("lift", tone, lift_sentence(context, *lift)), tiles.take()};
}

}  // namespace message_history
