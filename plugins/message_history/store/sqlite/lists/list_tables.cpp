#include "store/sqlite/lists/list_tables.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "calendar/time_zone.h"
#include "store/sqlite/base/counters.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/shelf.h"

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
  return query.bind(place.key.message_id);
}

void move_places(Connection& db, const ListChanges& changes) {
  for (const ShelvedPlace& at : in_order(changes.left)) {
    Query query = db.remove(tables::message_place);
    bind_place(query, at).run();
  }
  for (const ShelvedPlace& at : in_order(changes.taken)) {
    Query query = db.add(tables::message_place);
    bind_place(query, at).bind(at.place->key.number).bind(at.place->group.day).run();
  }
}

void add_counts(Connection& db, const std::map<ListGroup, ListCounts>& changes) {
  std::map<std::int64_t, ListCounts> shelves;
  std::map<std::pair<std::int32_t, std::int64_t>, ListCounts> days;
  for (const auto& [group, change] : changes) {
    if (change == ListCounts{}) continue;
    const std::int64_t shelf = shelf_number(group);
    shelves[shelf] += change;
    days[{group.day, shelf}] += change;
  }
  const auto add = [&db](const Table& table, const auto& bind_key, const ListCounts& change) {
    return add_to_row(db, table, bind_key,
                      {change.messages, change.success, change.failed, change.pending,
                       change.excluded, change.clickers, change.orders});
  };
  for (const auto& [shelf, change] : shelves) {
    add(
        tables::shelf, [number = shelf](Query& query) { query.bind(number); }, change);
  }
  for (const auto& [place, change] : days) {
    const auto bind_key = [&at = place](Query& query) { query.bind(at.first).bind(at.second); };
    // Messages move on from result to result; what they leave empty need not be read.
    const Counters counters = add(tables::shelf_day, bind_key, change);
    if (change.messages >= 0 || counters.front() != 0) continue;
    Query query = db.remove(tables::shelf_day);
    bind_key(query);
    query.run();
  }
}

void add_money(Connection& db,
               const std::map<std::pair<ListGroup, std::string>, ShopMoney>& changes) {
  std::map<std::pair<std::int64_t, std::string>, ShopMoney> shelves;
  for (const auto& [key, change] : changes) {
    if (change == ShopMoney{}) continue;
    const ListGroup& group = key.first;
    const std::string& currency = key.second;
    ShopMoney& sum = shelves[{shelf_number(group), currency}];
    sum.orders += change.orders;
    sum.gross_minor += change.gross_minor;
    sum.refunded_minor += change.refunded_minor;
    add_to_row(
        db, tables::shelf_day_money,
        [&](Query& query) { query.bind(group.day).bind(shelf_number(group)).bind(currency); },
        {change.orders, change.gross_minor, change.refunded_minor});
  }
  for (const auto& [key, change] : shelves) {
    add_to_row(db, tables::shelf_money,
               [&at = key](Query& query) { query.bind(at.first).bind(at.second); },
               {change.orders, change.gross_minor, change.refunded_minor});
  }
}

constexpr std::int64_t filled_at_once_max = 1'000;

// Messages with numbers above `after`, in the order of their numbers.
std::vector<MessageRow> next_messages(Connection& db, MessageNo after) {
  Query query = db.rows(tables::message, "WHERE message_no > ? ORDER BY message_no LIMIT ?");
  return rows_of(query.bind(after).bind(filled_at_once_max), read_message);
}

void add_to_lists(const MessageRow& row, const MoneyByCurrency& money, const std::string& currency,
                  ListChanges& changes) {
  const auto main = money.find(currency);
  const std::int64_t net_minor = main == money.end() ? 0 : main->second.net_minor();
  const ListGroup group = group_of(row);
  for (std::size_t i = 0; i < message_sorts; ++i) {
    const auto sort = static_cast<MessageSort>(i);
    changes.taken.push_back({sort, group, key_of(row, sort, net_minor)});
  }
  changes.counts[group] += counts_of(row);
  if (row.counts.orders == 0) return;
  for (const auto& [name, one] : money) {
    ShopMoney& sum = changes.money[{group, name}];
    sum.orders += one.orders;
    sum.gross_minor += one.gross_minor;
    sum.refunded_minor += one.refunded_minor;
  }
}

}  // namespace

void move_in_lists(Connection& db, const ListChanges& changes) {
  move_places(db, changes);
  add_counts(db, changes.counts);
  add_money(db, changes.money);
}

void count_lists(Connection& db) {
  for (const Table* table : {&tables::message_place, &tables::shelf, &tables::shelf_money,
                             &tables::shelf_day, &tables::shelf_day_money}) {
    db.put(tables::row_count).bind(table->name).bind(std::int64_t{0}).bind(std::int64_t{0}).run();
  }
}

void fill_lists(Connection& db) {
  TimeZone zone = known_time_zone(db);
  const std::string currency = meta(db, "currency");
  MessageNo last;
  for (auto rows = next_messages(db, last); !rows.empty(); rows = next_messages(db, last)) {
    ListChanges changes;
    for (MessageRow& row : rows) {
      const std::int32_t day = zone.day_of(listed_at_us(row));
      if (row.listed_day != day) {
        row.listed_day = day;
        Query query = db.change(tables::message);
        bind_message(query, row);
        query.run();
      }
      add_to_lists(row, read_money(db, row.number), currency, changes);
    }
    move_in_lists(db, changes);
    last = rows.back().number;
  }
}

}  // namespace message_history::sqlite
