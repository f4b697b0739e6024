// What the lists of messages are read from: places in every sort, sums by shelf and day, words, and
// the days of automatic messages.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "store/sqlite/message_words.h"
#include "store/sqlite/period_span.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/shelf.h"
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

Query& bind_counts(Query& query, const ListCounts& counts) {
  for (const std::int64_t counter : {counts.messages, counts.success, counts.failed, counts.pending,
                                     counts.excluded, counts.clickers, counts.orders}) {
    query.bind(counter);
  }
  return query;
}

Query& bind_counts(Query& query, const DayCounts& counts) {
  for (const std::int64_t counter :
       {counts.success, counts.failed, counts.pending, counts.excluded, counts.clicks}) {
    query.bind(counter);
  }
  return query;
}

Query& bind_money(Query& query, const ShopMoney& money) {
  return query.bind(money.orders).bind(money.gross_minor).bind(money.refunded_minor);
}

#define MH_ADD(column, to) column " = " to "." column " + excluded." column
#define MH_ADD_RECIPIENTS(to) \
  MH_ADD("success", to)       \
  ", " MH_ADD("failed", to) ", " MH_ADD("pending", to) ", " MH_ADD("\"excluded\"", to)
#define MH_ADD_COUNTS(to) \
  MH_ADD("messages", to)  \
  ", " MH_ADD_RECIPIENTS(to) ", " MH_ADD("clickers", to) ", " MH_ADD("orders", to)
#define MH_ADD_SALES(to) MH_ADD("orders", to) ", " MH_ADD("gross", to) ", " MH_ADD("refunded", to)

}  // namespace

void SqliteWriter::move_lists(const ListChanges& changes) {
  for (const ShelvedPlace& at : in_order(changes.left)) {
    Query query = db_.query(
        "DELETE FROM message_place WHERE sort = ? AND shelf = ? AND value = ? AND message_no = ?");
    bind_place(query, at).run();
  }
  for (const ShelvedPlace& at : in_order(changes.taken)) {
    Query query = db_.query(
        "INSERT INTO message_place (sort, shelf, value, message_no, day) VALUES (?, ?, ?, ?, ?)");
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
  for (const auto& [shelf, change] : shelves) {
    Query query = db_.query(
        "INSERT INTO shelf (shelf, messages, success, failed, pending, excluded, clickers, orders) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " MH_ADD_COUNTS("shelf"));
    bind_counts(query.bind(shelf), change).run();
  }
  for (const auto& [place, change] : days) {
    const auto& [day, shelf] = place;
    Query query = db_.query(
        "INSERT INTO shelf_day (day, shelf, messages, success, failed, pending, excluded, "
        "clickers, orders) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET " MH_ADD_COUNTS("shelf_day"));
    bind_counts(query.bind(day).bind(shelf), change).run();
    if (change.messages >= 0) continue;
    // Messages move on from result to result; what they leave empty need not be read.
    db_.query("DELETE FROM shelf_day WHERE day = ? AND shelf = ? AND messages = 0")
        .bind(day)
        .bind(shelf)
        .run();
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
    Query query = db_.query(
        "INSERT INTO shelf_day_money (day, shelf, currency, orders, gross, refunded) VALUES "
        "(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " MH_ADD_SALES("shelf_day_money"));
    query.bind(group.day).bind(shelf_number(group)).bind(currency);
    bind_money(query, change).run();
  }
  for (const auto& [key, change] : shelves) {
    Query query = db_.query(
        "INSERT INTO shelf_money (shelf, currency, orders, gross, refunded) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET " MH_ADD_SALES("shelf_money"));
    bind_money(query.bind(key.first).bind(key.second), change).run();
  }
}

void SqliteWriter::put_words(const std::vector<ListWords>& words) {
  std::map<std::int64_t, std::vector<ListWords>> blocks;
  for (const ListWords& one : words) blocks[words_block_of(one.message)].push_back(one);
  for (const auto& [block, changed] : blocks) {
    std::string packed;
    {
      Query query = db_.query("SELECT words FROM message_words WHERE block = ?");
      if (query.bind(block).step()) packed = query.text();
    }
    db_.query("INSERT OR REPLACE INTO message_words (block, words) VALUES (?, ?)")
        .bind(block)
        .bind_blob(with_words(packed, changed))
        .run();
  }
}

void SqliteWriter::join_periods(MessageNo message) {
  db_.query(
         "INSERT INTO period_day SELECT 1, day, message_no, success, failed, pending, "
         "\"excluded\", clicks FROM message_day WHERE message_no = ?1 UNION ALL "
         "SELECT 16, day & ~15, message_no, sum(success), sum(failed), sum(pending), "
         "sum(\"excluded\"), sum(clicks) FROM message_day WHERE message_no = ?1 "
         "GROUP BY message_no, day & ~15")
      .bind(message)
      .run();
  db_.query(
         "INSERT INTO period_money SELECT 1, day, message_no, currency, orders, gross, refunded "
         "FROM revenue_day WHERE message_no = ?1 UNION ALL "
         "SELECT 16, day & ~15, message_no, currency, sum(orders), sum(gross), sum(refunded) "
         "FROM revenue_day WHERE message_no = ?1 GROUP BY message_no, day & ~15, currency")
      .bind(message)
      .run();
}

void SqliteWriter::leave_periods(MessageNo message) {
  db_.query(
         "DELETE FROM period_day WHERE message_no = ?1 AND (days, first_day) IN "
         "(SELECT 1, day FROM message_day WHERE message_no = ?1 "
         "UNION SELECT 16, day & ~15 FROM message_day WHERE message_no = ?1)")
      .bind(message)
      .run();
  db_.query(
         "DELETE FROM period_money WHERE message_no = ?1 AND (days, first_day) IN "
         "(SELECT 1, day FROM revenue_day WHERE message_no = ?1 "
         "UNION SELECT 16, day & ~15 FROM revenue_day WHERE message_no = ?1)")
      .bind(message)
      .run();
}

void SqliteWriter::add_period_day(MessageNo message, std::int32_t day, const DayCounts& change) {
  for (const std::int32_t days : period_spans) {
    Query query = db_.query(
        "INSERT INTO period_day (days, first_day, message_no, success, failed, pending, excluded, "
        "clicks) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " MH_ADD_RECIPIENTS(
            "period_day") ", " MH_ADD("clicks", "period_day"));
    query.bind(days).bind(first_of_span(day, days)).bind(message);
    bind_counts(query, change).run();
  }
}

void SqliteWriter::add_period_money(MessageNo message, std::int32_t day, std::string_view currency,
                                    const ShopMoney& change) {
  for (const std::int32_t days : period_spans) {
    Query query = db_.query(
        "INSERT INTO period_money (days, first_day, message_no, currency, orders, gross, "
        "refunded) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET " MH_ADD_SALES("period_money"));
    query.bind(days).bind(first_of_span(day, days)).bind(message).bind(currency);
    bind_money(query, change).run();
  }
}

}  // namespace message_history::sqlite
