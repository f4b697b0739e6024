// What the lists of messages are read from beside their tables: words, and the days of automatic
// messages.
#include <map>
#include <utility>

#include "store/sqlite/base/counters.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/clicked_again.h"
#include "store/sqlite/lists/list_tables.h"
#include "store/sqlite/lists/message_words.h"
#include "store/sqlite/lists/period_span.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

void SqliteWriter::move_lists(const ListChanges& changes) {
  move_in_lists(db_, changes);
  put_words(changes.words);
}

void SqliteWriter::put_words(const std::vector<ListWords>& words) {
  std::map<std::int64_t, std::vector<ListWords>> blocks;
  for (const ListWords& one : words) blocks[words_block_of(one.message)].push_back(one);
  for (const auto& [block, changed] : blocks) {
    std::string packed;
    {
      Query query = db_.find(tables::message_words);
      if (query.bind(block).step()) {
        query.skip(1);
        packed = query.text();
      }
    }
    db_.put(tables::message_words).bind(block).bind_blob(with_words(packed, changed)).run();
  }
}

// What the message has so far, day by day, as periods add it up.
void SqliteWriter::each_day(MessageNo message, const DayVisit& visit, const MoneyVisit& money) {
  std::vector<std::pair<std::int32_t, DayCounts>> days;
  {
    Query query = db_.rows(tables::message_day, "WHERE message_no = ?");
    for (query.bind(message); query.step();) {
      query.skip(1);
      const auto day = static_cast<std::int32_t>(query.integer());
      days.emplace_back(day, read_day_counts(query));
    }
  }
  for (const auto& [day, counts] : days) visit(day, counts);
  std::vector<RevenueDayRow> sales;
  {
    Query query = db_.rows(tables::revenue_day, "WHERE message_no = ?");
    sales = rows_of(query.bind(message), read_revenue_day);
  }
  for (const RevenueDayRow& row : sales) money(row);
}

void SqliteWriter::join_periods(MessageNo message) {
  each_day(
      message,
      [&](std::int32_t day, const DayCounts& counts) { add_period_day(message, day, counts); },
      [&](const RevenueDayRow& row) {
        add_period_money(message, row.day, row.currency, row.money);
      });
  for (const auto& [days, members] : clicked_again(message)) {
    add_period_clicked_again(message, days, members);
  }
}

void SqliteWriter::leave_periods(MessageNo message) {
  each_day(
      message,
      [&](std::int32_t day, const DayCounts&) {
        for (const std::int32_t days : period_spans) {
          Query query = db_.remove(tables::period_day);
          query.bind(days).bind(first_of_span(day, days)).bind(message).run();
        }
      },
      [&](const RevenueDayRow& row) {
        for (const std::int32_t days : period_spans) {
          Query query = db_.remove(tables::period_money);
          query.bind(days).bind(first_of_span(row.day, days)).bind(message).bind(row.currency);
          query.run();
        }
      });
  for (const auto& [days, members] : clicked_again(message)) {
    add_period_clicked_again(message, days, -members);
  }
}

void SqliteWriter::add_period_day(MessageNo message, std::int32_t day, const DayCounts& change) {
  for (const std::int32_t days : period_spans) {
    add_to_row(db_, tables::period_day,
               [&](Query& query) { query.bind(days).bind(first_of_span(day, days)).bind(message); },
               {change.success, change.failed, change.pending, change.excluded, change.clicks});
  }
}

std::vector<std::pair<ClickedAgain, std::int64_t>> SqliteWriter::clicked_again(MessageNo message) {
  Query query = db_.rows(tables::clicked_again, "WHERE message_no = ?");
  std::vector<std::pair<ClickedAgain, std::int64_t>> rows;
  for (query.bind(message); query.step();) {
    query.skip(1);
    const auto day = static_cast<std::int32_t>(query.integer());
    const auto previous_day = static_cast<std::int32_t>(query.integer());
    const std::int64_t members = query.integer();
    if (members != 0) rows.push_back({{day, previous_day}, members});
  }
  return rows;
}

void SqliteWriter::add_period_clicked_again(MessageNo message, const ClickedAgain& days,
                                            std::int64_t change) {
  add_to_periods(db_, message, days, change);
}

void SqliteWriter::add_period_money(MessageNo message, std::int32_t day, std::string_view currency,
                                    const ShopMoney& change) {
  for (const std::int32_t days : period_spans) {
    add_to_row(db_, tables::period_money,
               [&](Query& query) {
                 query.bind(days).bind(first_of_span(day, days)).bind(message).bind(currency);
               },
               {change.orders, change.gross_minor, change.refunded_minor});
  }
}

}  // namespace message_history::sqlite
