// What the lists of messages are read from: places in every sort, sums by shelf and day, words, and
// the days of automatic messages.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "store/sqlite/clicked_again.h"
#include "store/sqlite/counters.h"
#include "store/sqlite/message_words.h"
#include "store/sqlite/period_span.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/shelf.h"
#include "store/sqlite/snapshot_rows.h"
#include "store/sqlite/tables.h"
#include "store/sqlite/writer.h"

namespace message_history::sqlite {

namespace {

struct ShelvedPlace {
  std::int64_t shelf = 0;
  const ListPlace* place = nullptr;
};

// In the order of the table: neighbouring rows share pages.
std::vector<ShelvedPlace> in_order(const std::vector<ListPlace>& places) {
  std::vector<ShelvedPlace> ordered;
  ordered.reserve(places.size());
  for (const ListPlace& place : places) ordered.push_back({shelf_number(place.group), &place});
  std::ranges::sort(ordered, [](const ShelvedPlace& a, const ShelvedPlace& b) {
    return std::tie(a.place->sort, a.shelf, a.place->key) <
           std::tie(b.place->sort, b.shelf, b.place->key);
  });
  return ordered;
}

Query& bind_place(Query& query, const ShelvedPlace& at) {
  const ListPlace& place = *at.place;
  query.bind(static_cast<std::int64_t>(place.sort)).bind(at.shelf);
  if (place.sort == MessageSort::name) {
    query.bind(place.key.text_value);
  } else {
    query.bind(place.key.number_value);
  }
  return query.bind(place.key.number);
}

}  // namespace

void SqliteWriter::move_lists(const ListChanges& changes) {
  for (const ShelvedPlace& at : in_order(changes.left)) {
    Query query = db_.remove(tables::message_place);
    bind_place(query, at).run();
  }
  for (const ShelvedPlace& at : in_order(changes.taken)) {
    Query query = db_.add(tables::message_place);
    bind_place(query, at).bind(at.place->group.day).run();
  }
  add_list_counts(changes.counts);
  add_list_money(changes.money);
  put_words(changes.words);
}

void SqliteWriter::add_list_counts(const std::map<ListGroup, ListCounts>& changes) {
  std::map<std::int64_t, ListCounts> shelves;
  std::map<std::pair<std::int32_t, std::int64_t>, ListCounts> days;
  for (const auto& [group, change] : changes) {
    if (change == ListCounts{}) continue;
    const std::int64_t shelf = shelf_number(group);
    shelves[shelf] += change;
    days[{group.day, shelf}] += change;
  }
  const auto add = [this](const Table& table, const auto& bind_key, const ListCounts& change) {
    return add_to_row(db_, table, bind_key,
                      {change.messages, change.success, change.failed, change.pending,
                       change.excluded, change.clickers, change.orders});
  };
  for (const auto& [shelf, change] : shelves) {
    add(
        tables::shelf, [&](Query& query) { query.bind(shelf); }, change);
  }
  for (const auto& [place, change] : days) {
    const auto bind_key = [&](Query& query) { query.bind(place.first).bind(place.second); };
    // Messages move on from result to result; what they leave empty need not be read.
    const Counters counters = add(tables::shelf_day, bind_key, change);
    if (change.messages >= 0 || counters.front() != 0) continue;
    Query query = db_.remove(tables::shelf_day);
    bind_key(query);
    query.run();
  }
}

void SqliteWriter::add_list_money(
    const std::map<std::pair<ListGroup, std::string>, ShopMoney>& changes) {
  std::map<std::pair<std::int64_t, std::string>, ShopMoney> shelves;
  for (const auto& [key, change] : changes) {
    if (change == ShopMoney{}) continue;
    const auto& [group, currency] = key;
    ShopMoney& sum = shelves[{shelf_number(group), currency}];
    sum.orders += change.orders;
    sum.gross_minor += change.gross_minor;
    sum.refunded_minor += change.refunded_minor;
    add_to_row(
        db_, tables::shelf_day_money,
        [&](Query& query) { query.bind(group.day).bind(shelf_number(group)).bind(currency); },
        {change.orders, change.gross_minor, change.refunded_minor});
  }
  for (const auto& [key, change] : shelves) {
    add_to_row(db_, tables::shelf_money,
               [&](Query& query) { query.bind(key.first).bind(key.second); },
               {change.orders, change.gross_minor, change.refunded_minor});
  }
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
