#include "store/sqlite/lists/period_by_message.h"

#include <algorithm>
#include <unordered_set>

#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/lists/list_filter.h"

namespace message_history::sqlite {

namespace {

// Both indexes hold all that is asked of them.
std::vector<MessageNo> active_messages(Connection& db, const DaySpan& days) {
  std::vector<MessageNo> messages;
  const auto take = [&](Query query) {
    query.bind(days.first).bind(days.last);
    while (query.step()) messages.push_back(query.number<MessageNo>());
  };
  take(db.query("SELECT message_no FROM message_day WHERE day BETWEEN ? AND ?"));
  take(db.query("SELECT message_no FROM revenue_day WHERE day BETWEEN ? AND ?"));
  std::ranges::sort(messages);
  messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
  return messages;
}

bool is_of_kind(Connection& db, MessageNo message, MessageKind kind) {
  Query query = db.find(tables::message);
  return query.bind(message).step() && listed_kind(read_message(query)) == kind;
}

void add_counts(Connection& db, const DaySpan& days, PeriodRow& row) {
  Query query = db.rows(tables::message_day, "WHERE message_no = ? AND day BETWEEN ? AND ?");
  query.bind(row.message).bind(days.first).bind(days.last);
  while (query.step()) {
    query.skip(2);
    const DayCounts counts = read_day_counts(query);
    DayCounts& sum = row.counts;
    sum.success += counts.success;
    sum.failed += counts.failed;
    sum.pending += counts.pending;
    sum.excluded += counts.excluded;
    sum.clicks += counts.clicks;
  }
}

// The days added up count a member once for each day with a click.
void take_off_clicked_again(Connection& db, const DaySpan& days, PeriodRow& row) {
  if (row.counts.clicks == 0 || days.first == days.last) return;
  Query query = db.rows(tables::clicked_again,
                        "WHERE message_no = ? AND day BETWEEN ? AND ? AND previous_day >= ?");
  query.bind(row.message).bind(days.first).bind(days.last).bind(days.first);
  while (query.step()) {
    query.skip(3);
    row.counts.clicks -= query.integer();
  }
}

void add_money(Connection& db, const DaySpan& days, PeriodRow& row) {
  Query query = db.rows(tables::revenue_day, "WHERE message_no = ? AND day BETWEEN ? AND ?");
  query.bind(row.message).bind(days.first).bind(days.last);
  while (query.step()) {
    query.skip(2);
    MessageMoney& sum = row.money[query.text()];
    const ShopMoney money = read_shop_money(query);
    sum.orders += money.orders;
    sum.gross_minor += money.gross_minor;
    sum.refunded_minor += money.refunded_minor;
  }
  std::erase_if(row.money, [](const auto& entry) { return entry.second == MessageMoney{}; });
}

}  // namespace

std::vector<PeriodRow> period_by_message(Connection& db, MessageKind kind, const DaySpan& days,
                                         std::int64_t limit) {
  std::vector<PeriodRow> rows;
  for (const MessageNo message : active_messages(db, days)) {
    if (std::cmp_greater_equal(rows.size(), limit)) break;
    if (!is_of_kind(db, message, kind)) continue;
    PeriodRow row{message, {}, {}};
    add_counts(db, days, row);
    take_off_clicked_again(db, days, row);
    add_money(db, days, row);
    if (row.counts != DayCounts{} || !row.money.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

void add_listed(Connection& db, MessageKind kind, const DaySpan& days, std::int64_t limit,
                std::vector<PeriodRow>& rows) {
  std::unordered_set<MessageNo> known;
  for (const PeriodRow& row : rows) known.insert(row.message);
  MessageFilter filter;
  filter.kind = kind;
  filter.first_day = days.first;
  filter.last_day = days.last;
  for (const ReachedShelf& shelf : reached_shelves(db, filter)) {
    Query query = db.rows(tables::message_place, "WHERE sort = 0 AND shelf = ?");
    query.bind(shelf.number);
    while (query.step()) {
      query.skip(4);
      if (std::cmp_greater_equal(rows.size(), limit)) return;
      const auto message = query.number<MessageNo>();
      const auto day = static_cast<std::int32_t>(query.integer());
      if (selects_day(filter, day) && !known.contains(message)) rows.push_back({message, {}, {}});
    }
  }
}

}  // namespace message_history::sqlite
