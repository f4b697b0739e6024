// What a list of messages sums up to: kept sums of shelves and days, or a look at each match of a
// text.
#include "store/sqlite/list_filter.h"
#include "store/sqlite/snapshot.h"

namespace message_history::sqlite {

namespace {

ListCounts read_counts(Query& query) {
  ListCounts counts;
  for (std::int64_t* counter : {&counts.messages, &counts.success, &counts.failed, &counts.pending,
                                &counts.excluded, &counts.clickers, &counts.orders}) {
    *counter = query.integer();
  }
  return counts;
}

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
  Query query = db.query(
      "SELECT shelf, currency, orders, gross, refunded FROM shelf_money "
      "WHERE shelf BETWEEN ? AND ?");
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
  Query counts = db.query(
      "SELECT shelf, messages, success, failed, pending, excluded, clickers, orders "
      "FROM shelf_day WHERE day BETWEEN ? AND ?");
  counts.bind(days.first).bind(days.last);
  while (counts.step()) {
    if (selects_shelf(filter, counts.integer())) totals.counts += read_counts(counts);
  }
  Query money = db.query(
      "SELECT shelf, currency, orders, gross, refunded FROM shelf_day_money "
      "WHERE day BETWEEN ? AND ?");
  money.bind(days.first).bind(days.last);
  while (money.step()) {
    if (selects_shelf(filter, money.integer())) add_money(totals, money);
  }
}

// As much of a message as its sums need.
#define MH_SUMMED_COLUMNS                                                                        \
  "message_no, kind, state, channel, listed_day, success, failed, pending, excluded, clickers, " \
  "orders"

MessageRow read_summed(Query& query) {
  MessageRow row;
  row.number = query.number<MessageNo>();
  row.report.facts.kind = static_cast<MessageKind>(query.integer());
  row.report.facts.state = static_cast<MessageState>(query.integer());
  row.report.facts.channel = static_cast<Channel>(query.integer());
  row.listed_day = static_cast<std::int32_t>(query.integer());
  RecipientCounts& recipients = row.counts.recipients;
  for (std::int64_t* counter : {&recipients.success, &recipients.failed, &recipients.pending,
                                &recipients.excluded, &row.counts.clickers, &row.counts.orders}) {
    *counter = query.integer();
  }
  return row;
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
    add_whole_shelves(db_, filter, totals);
    for (const DayRange& days : cut_days(filter)) add_days(db_, filter, days, totals);
  }
  std::erase_if(totals.money, [](const auto& entry) { return entry.second == ShopMoney{}; });
  return totals;
}

void SqliteSnapshot::add_match(MessageNo message, const MessageFilter& filter,
                               MessageTotals& totals) {
  Query query = db_.query("SELECT " MH_SUMMED_COLUMNS " FROM message WHERE message_no = ?");
  if (!query.bind(message).step()) return;
  const MessageRow row = read_summed(query);
  if (!selects(filter, group_of(row))) return;
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
