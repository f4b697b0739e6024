// What a list of messages sums up to: kept sums of shelves and days, or a look at each match of a
// text.
#include <algorithm>

#include "model/time_units.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/list_filter.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

void add_money(MessageTotals& totals, Query& query) {
  ShopMoney& sum = totals.money[query.text()];
  sum.orders += query.integer();
  sum.gross_minor += query.integer();
  sum.refunded_minor += query.integer();
}

bool selects_shelf(const MessageFilter& filter, std::int64_t number) {
  const Shelf shelf = shelf_of(number);
  return shelf.kind == filter.kind && (!filter.channel || shelf.channel == *filter.channel) &&
         (!filter.result || shelf.result == *filter.result);
}

void add_whole_shelves(Connection& db, const MessageFilter& filter, MessageTotals& totals) {
  for (const ReachedShelf& shelf : reached_shelves(db, filter)) {
    if (shelf.is_whole) totals.counts += shelf.counts;
  }
  const std::int64_t first = static_cast<std::int64_t>(filter.kind) * shelves_of_a_kind;
  Query query = db.rows(tables::shelf_money, "WHERE shelf BETWEEN ? AND ?");
  query.bind(first).bind(first + shelves_of_a_kind - 1);
  while (query.step()) {
    const std::int64_t number = query.integer();
    const Shelf shelf = shelf_of(number);
    if (!selects_shelf(filter, number) || !selects_day(filter, shelf.first_day) ||
        !selects_day(filter, shelf.last_day())) {
      continue;
    }
    add_money(totals, query);
  }
}

void add_days(Connection& db, const MessageFilter& filter, const DayRange& days,
              MessageTotals& totals) {
  Query counts = db.rows(tables::shelf_day, "WHERE day BETWEEN ? AND ?");
  counts.bind(days.first).bind(days.last);
  while (counts.step()) {
    counts.skip(1);
    if (selects_shelf(filter, counts.integer())) totals.counts += read_list_counts(counts);
  }
  Query money = db.rows(tables::shelf_day_money, "WHERE day BETWEEN ? AND ?");
  money.bind(days.first).bind(days.last);
  while (money.step()) {
    money.skip(1);
    if (selects_shelf(filter, money.integer())) add_money(totals, money);
  }
}

void add_shelves_and_days(Connection& db, const MessageFilter& filter, MessageTotals& totals) {
  add_whole_shelves(db, filter, totals);
  for (const DayRange& days : cut_days(filter)) add_days(db, filter, days, totals);
}

// Messages due on the day on which some are overdue and some are still scheduled.
std::vector<MessageNo> due_on_cut_day(Connection& db, const MessageFilter& filter) {
  std::vector<MessageNo> found;
  const std::int32_t day = filter.overdue.day;
  if (!selects_day(filter, day)) return found;
  MessageFilter due = filter;
  due.result = MessageResult::overdue;
  due.first_day = due.last_day = day;
  for (const ReachedShelf& shelf : reached_shelves(db, due)) {
    Query query =
        db.rows(tables::message_place, "WHERE sort = ? AND shelf = ? AND value BETWEEN ? AND ?");
    query.bind(static_cast<std::int64_t>(MessageSort::sent)).bind(shelf.number);
    query.bind((day - 1) * day_us).bind((day + 2) * day_us);  // wherever days begin
    while (query.step()) {
      query.skip(4);
      const auto message = query.number<MessageNo>();
      if (query.integer() == day) found.push_back(message);
    }
  }
  return found;
}

// The days whose due messages all have the result that is asked for: overdue, or scheduled.
MessageFilter due_on_whole_days(const MessageFilter& filter) {
  return filter.result == MessageResult::overdue ? due_until(filter, filter.overdue.day - 1)
                                                 : due_since(filter, filter.overdue.day + 1);
}

}  // namespace

MessageTotals SqliteSnapshot::totals(const MessageFilter& filter) {
  MessageTotals totals;
  if (filter.kind == MessageKind::unknown) return totals;
  if (!filter.text.empty()) {
    for (const MessageNo message : matches(filter.text).messages()) {
      add_match(message, filter, totals);
    }
  } else {
    const bool is_due =
        filter.result == MessageResult::scheduled || filter.result == MessageResult::overdue;
    if (filter.result != MessageResult::overdue) add_shelves_and_days(db_, filter, totals);
    if (is_due) {
      const MessageFilter due = due_on_whole_days(filter);
      if (!due.first_day || !due.last_day || *due.first_day <= *due.last_day) {
        add_shelves_and_days(db_, due, totals);
      }
      for (const MessageNo message : due_on_cut_day(db_, filter)) {
        add_match(message, filter, totals);
      }
    }
  }
  std::erase_if(totals.money, [](const auto& entry) { return entry.second == ShopMoney{}; });
  return totals;
}

void SqliteSnapshot::add_match(MessageNo message, const MessageFilter& filter,
                               MessageTotals& totals) {
  const auto stored = this->message(message);
  if (!stored) missing_row(db_, "message", message.value);
  const MessageRow& row = *stored;
  if (!selects(filter, row)) return;
  totals.counts += counts_of(row);
  if (row.counts.orders == 0) return;
  for (const auto& [currency, money] : money(message)) {
    ShopMoney& sum = totals.money[currency];
    sum.orders += money.orders;
    sum.gross_minor += money.gross_minor;
    sum.refunded_minor += money.refunded_minor;
  }
}

}  // namespace message_history::sqlite
