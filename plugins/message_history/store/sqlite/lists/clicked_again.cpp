#include "store/sqlite/lists/clicked_again.h"

#include <map>
#include <string>
#include <tuple>

#include "calendar/time_zone.h"
#include "store/sqlite/base/counters.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/expire/retention_state.h"
#include "store/sqlite/lists/period_span.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t days_at_once_max = 100'000;

// Members by message and the two days.
using DaysClickedAgain = std::map<std::tuple<MessageNo, ClickedAgain>, std::int64_t>;

bool is_automatic(Connection& db, MessageNo message) {
  Query query = db.query("SELECT 1 FROM message WHERE message_no = ? AND kind = 1");
  return query.bind(message).step();
}

void add_days(Connection& db, DaysClickedAgain& counts) {
  for (const auto& [key, members] : counts) {
    const auto& [message, days] = key;
    const auto bind_key = [&, number = message, both = days](Query& query) {
      query.bind(number).bind(both.day).bind(both.previous_day);
    };
    add_to_row(db, tables::clicked_again, bind_key, {members});
    if (is_automatic(db, message)) add_to_periods(db, message, days, members);
  }
  counts.clear();
}

}  // namespace

void add_to_periods(Connection& db, MessageNo message, const ClickedAgain& days,
                    std::int64_t change) {
  for (const std::int32_t span : period_spans) {
    for (const std::int32_t previous_span : period_spans) {
      const auto bind_key = [&](Query& query) {
        query.bind(span).bind(previous_span);
        query.bind(first_of_span(days.day, span));
        query.bind(first_of_span(days.previous_day, previous_span)).bind(message);
      };
      add_to_row(db, tables::period_clicked_again, bind_key, {change});
    }
  }
}

void count_clicked_again(Connection& db) {
  for (const Table* table : {&tables::clicked_again, &tables::period_clicked_again}) {
    count_as_empty(db, *table);
  }
}

void fill_clicked_again(Connection& db) {
  TimeZone zone = known_time_zone(db);
  DaysClickedAgain counts;
  std::map<MessageNo, std::int32_t> previous_days;  // of one member
  MemberNo member;
  Query query = db.rows(tables::touch, "WHERE kind = 3 AND at >= ? ORDER BY member_no, at");
  query.bind(read_retention(db).kept_from_us);
  while (query.step()) {
    const TouchRow click = read_touch(query);
    if (click.member != member) previous_days.clear();
    member = click.member;
    const std::int32_t day = zone.day_of(click.at_us);
    const auto [previous, is_first] = previous_days.try_emplace(click.message, day);
    if (is_first || previous->second == day) continue;
    ++counts[{click.message, {day, previous->second}}];
    previous->second = day;
    if (counts.size() >= days_at_once_max) add_days(db, counts);
  }
  add_days(db, counts);
}

}  // namespace message_history::sqlite
