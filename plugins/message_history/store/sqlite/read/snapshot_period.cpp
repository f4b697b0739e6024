// What messages did in a span of days; of automatic ones added up from few rows a message.
#include <unordered_map>

#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/list_filter.h"
#include "store/sqlite/lists/period_by_message.h"
#include "store/sqlite/lists/period_span.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

struct SummedDays {
  std::int32_t days = 1;  // of each span
  DayRange first_days;
};

// The whole sixteens of the period, and the single days before and after them.
std::vector<SummedDays> summed_days(std::int32_t first_day, std::int32_t last_day) {
  const std::int32_t days = period_spans[1];
  const std::int32_t begin = first_of_span(first_day + days - 1, days);
  const std::int32_t end = first_of_span(last_day + 1, days);  // the first day after them
  if (begin >= end) return {{1, {first_day, last_day}}};
  return {{1, {first_day, begin - 1}}, {days, {begin, end - 1}}, {1, {end, last_day}}};
}

using PeriodRows = std::unordered_map<MessageNo, PeriodRow>;

// NULL when it is one message more than the limit.
PeriodRow* row_of(PeriodRows& rows, MessageNo message, std::int64_t limit) {
  const auto found = rows.find(message);
  if (found != rows.end()) return &found->second;
  if (static_cast<std::int64_t>(rows.size()) >= limit) return nullptr;
  PeriodRow& row = rows[message];
  row.message = message;
  return &row;
}

// False when there are more messages than the limit.
bool add_counts(Connection& db, const SummedDays& span, std::int64_t limit, PeriodRows& rows) {
  Query query = db.rows(tables::period_day, "WHERE days = ? AND first_day BETWEEN ? AND ?");
  query.bind(span.days).bind(span.first_days.first).bind(span.first_days.last);
  while (query.step()) {
    query.skip(2);
    const auto message = query.number<MessageNo>();
    const DayCounts counts = read_day_counts(query);
    if (counts == DayCounts{}) continue;
    PeriodRow* const row = row_of(rows, message, limit);
    if (row == nullptr) return false;
    DayCounts& sum = row->counts;
    sum.success += counts.success;
    sum.failed += counts.failed;
    sum.pending += counts.pending;
    sum.excluded += counts.excluded;
    sum.clicks += counts.clicks;
  }
  return true;
}

// The days before on which a member must not have clicked to count: from the period's first day on.
// They end where the day itself does, so that none of the sixteens is cut at its end.
std::vector<SummedDays> summed_previous_days(std::int32_t first_day, std::int32_t last_day) {
  const std::int32_t days = period_spans[1];
  const std::int32_t begin = first_of_span(first_day + days - 1, days);
  if (begin > last_day) return {{1, {first_day, last_day}}};
  return {{1, {first_day, begin - 1}}, {days, {begin, last_day}}};
}

// The days added up count a member once for each day with a click; a member who clicked again
// counts once less for each time that both days lie in the period.
void take_off_clicked_again(Connection& db, const SummedDays& span, const SummedDays& previous,
                            PeriodRows& rows) {
  Query query = db.rows(tables::period_clicked_again,
                        "WHERE days = ? AND previous_days = ? AND first_day BETWEEN ? AND ? "
                        "AND first_previous_day BETWEEN ? AND ?");
  query.bind(span.days).bind(previous.days);
  query.bind(span.first_days.first).bind(span.first_days.last);
  query.bind(previous.first_days.first).bind(previous.first_days.last);
  while (query.step()) {
    query.skip(4);
    const auto row = rows.find(query.number<MessageNo>());
    if (row != rows.end()) row->second.counts.clicks -= query.integer();
  }
}

bool add_money(Connection& db, const SummedDays& span, std::int64_t limit, PeriodRows& rows) {
  Query query = db.rows(tables::period_money, "WHERE days = ? AND first_day BETWEEN ? AND ?");
  query.bind(span.days).bind(span.first_days.first).bind(span.first_days.last);
  while (query.step()) {
    query.skip(2);
    const auto message = query.number<MessageNo>();
    std::string currency = query.text();
    const ShopMoney money = read_shop_money(query);
    if (!says_anything(money)) continue;
    PeriodRow* const row = row_of(rows, message, limit);
    if (row == nullptr) return false;
    MessageMoney& sum = row->money[std::move(currency)];
    sum.orders += money.orders;
    sum.gross_minor += money.gross_minor;
    sum.refunded_minor += money.refunded_minor;
  }
  return true;
}

}  // namespace

std::vector<PeriodRow> SqliteSnapshot::period(MessageKind kind, const DaySpan& days,
                                              std::int64_t limit) {
  std::vector<PeriodRow> rows = kind == MessageKind::automatic
                                    ? automatic_period(days.first, days.last, limit)
                                    : period_by_message(db_, kind, days, limit);
  add_listed(db_, kind, days, limit, rows);
  return rows;
}

std::vector<PeriodRow> SqliteSnapshot::automatic_period(std::int32_t first_day,
                                                        std::int32_t last_day, std::int64_t limit) {
  PeriodRows rows;
  for (const SummedDays& span : summed_days(first_day, last_day)) {
    if (!add_counts(db_, span, limit, rows) || !add_money(db_, span, limit, rows)) break;
  }
  const auto previous_days = summed_previous_days(first_day, last_day);
  for (const SummedDays& span : summed_days(first_day, last_day)) {
    for (const SummedDays& previous : previous_days) {
      if (first_day < last_day) take_off_clicked_again(db_, span, previous, rows);
    }
  }
  std::vector<PeriodRow> list;
  list.reserve(rows.size());
  for (auto& [message, row] : rows) list.push_back(std::move(row));
  return list;
}

}  // namespace message_history::sqlite
