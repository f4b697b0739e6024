// Lists of messages: the page, its totals, and the counters of a span of days.
#include <limits>
#include <map>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

// result_of() of the model, in SQL.
#define MH_RESULT                                                           \
  "CASE state WHEN 1 THEN 1 WHEN 4 THEN 3 WHEN 3 THEN "                     \
  "CASE WHEN success + failed + pending = 0 THEN 7 WHEN failed = 0 THEN 4 " \
  "WHEN success > 0 THEN 5 WHEN pending > 0 THEN 2 ELSE 6 END "             \
  "ELSE CASE kind WHEN 1 THEN 0 ELSE 2 END END"
static_assert(static_cast<int>(MessageResult::running) == 0 &&
              static_cast<int>(MessageResult::scheduled) == 1 &&
              static_cast<int>(MessageResult::sending) == 2 &&
              static_cast<int>(MessageResult::cancelled) == 3 &&
              static_cast<int>(MessageResult::success) == 4 &&
              static_cast<int>(MessageResult::partial) == 5 &&
              static_cast<int>(MessageResult::failed) == 6 &&
              static_cast<int>(MessageResult::empty) == 7);

// When it was first sent, else when it is due, else when it was last reported.
#define MH_SENT "coalesce(sent_at, iif(scheduled_set_at >= 0, scheduled_at, facts_at))"

// Parameters 1 to 6: see bind_filter.
#define MH_FILTER                                                                       \
  "kind = ?1 AND ?1 != 0 "                                                              \
  "AND (?2 IS NULL OR instr(lower(name), ?2) > 0 OR instr(lower(message_id), ?2) > 0) " \
  "AND (?3 IS NULL OR channel = ?3) "                                                   \
  "AND (?4 IS NULL OR " MH_RESULT                                                       \
  " = ?4) "                                                                             \
  "AND (?5 IS NULL OR " MH_SENT " >= ?5) AND (?6 IS NULL OR " MH_SENT " < ?6)"

// Parameters 7 and 8: the key of the last row; 9: how many; 10: the main currency, for `net` alone.
#define MH_PAGE(value, after, direction)                                                  \
  "SELECT " MH_MESSAGE_COLUMNS ", " value " FROM message WHERE " MH_FILTER " AND (" value \
  ", message_no) " after                                                                  \
  " (?7, ?8) "                                                                            \
  "ORDER BY " value " " direction ", message_no " direction " LIMIT ?9"
#define MH_PAGES(value) \
  { MH_PAGE(value, ">", "ASC"), MH_PAGE(value, "<", "DESC") }

// The same for the sort that has an index, written so that it is walked from the key on also when
// many messages share a time.
#define MH_ACTIVITY_PAGE(after, direction)                                                 \
  "SELECT " MH_MESSAGE_COLUMNS ", activity_at FROM message WHERE " MH_FILTER               \
  " AND activity_at = ?7 AND message_no " after " ?8 UNION ALL SELECT " MH_MESSAGE_COLUMNS \
  ", activity_at FROM message WHERE " MH_FILTER " AND activity_at " after                  \
  " ?7 ORDER BY activity_at " direction ", message_no " direction " LIMIT ?9"

// By MessageSort, then by whether it descends.
constexpr const char* page_sql[][2] = {
    {MH_ACTIVITY_PAGE(">", "ASC"), MH_ACTIVITY_PAGE("<", "DESC")},
    MH_PAGES(MH_SENT),
    MH_PAGES("name"),
    MH_PAGES("success + failed + pending"),
    MH_PAGES("success"),
    MH_PAGES("failed"),
    MH_PAGES("clickers"),
    MH_PAGES("orders"),
    MH_PAGES("coalesce((SELECT gross - refunded FROM message_money AS money WHERE "
             "money.message_no = message.message_no AND money.currency = ?10), 0)"),
};
static_assert(std::size(page_sql) == static_cast<std::size_t>(MessageSort::net) + 1);

template <class Value>
std::optional<std::int64_t> number_of(const std::optional<Value>& value) {
  if (!value) return {};
  return static_cast<std::int64_t>(*value);
}

std::string lower_ascii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

void bind_filter(Query& query, const MessageFilter& filter) {
  query.bind(static_cast<std::int64_t>(filter.kind));
  if (filter.text.empty()) {
    query.bind_null();
  } else {
    query.bind(lower_ascii(filter.text));
  }
  query.bind(number_of(filter.channel))
      .bind(number_of(filter.result))
      .bind(filter.from_us)
      .bind(filter.until_us);
}

void bind_key(Query& query, const MessagePage& page) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t start = page.descending ? Limits::max() : Limits::min();
  const bool by_name = page.sort == MessageSort::name;
  if (page.after && by_name) {
    query.bind(page.after->text_value);
  } else if (page.after) {
    query.bind(page.after->number_value);
  } else if (by_name && page.descending) {
    query.bind_blob("");  // a blob is above every text
  } else if (by_name) {
    query.bind("");
  } else {
    query.bind(start);
  }
  query.bind(page.after ? page.after->number.value : start);
}

}  // namespace

std::vector<MessageListRow> SqliteSnapshot::messages(const MessageFilter& filter,
                                                     const MessagePage& page) {
  std::vector<MessageListRow> rows;
  {
    Query query = db_.query(page_sql[static_cast<std::size_t>(page.sort)][page.descending ? 1 : 0]);
    bind_filter(query, filter);
    bind_key(query, page);
    query.bind(page.limit);
    if (page.sort == MessageSort::net) query.bind(currency_);
    while (query.step()) {
      MessageListRow& row = rows.emplace_back();
      row.message = read_message(query);
      row.key.number = row.message.number;
      if (page.sort == MessageSort::name) {
        row.key.text_value = query.text();
      } else {
        row.key.number_value = query.integer();
      }
    }
  }
  for (MessageListRow& row : rows) row.money = money(row.message.number);
  return rows;
}

MessageTotals SqliteSnapshot::totals(const MessageFilter& filter) {
  MessageTotals totals;
  Query messages = db_.query(
      "SELECT count(*), sum(success), sum(failed), sum(pending), sum(excluded), sum(delivered), "
      "sum(held_out), sum(converted_reached), sum(converted_held_out), sum(clickers), "
      "sum(openers), sum(redeemers), sum(buyers), sum(orders) FROM message WHERE " MH_FILTER);
  bind_filter(messages, filter);
  messages.step();
  totals.messages = messages.integer();
  MessageCounts& counts = totals.counts;
  RecipientCounts& recipients = counts.recipients;
  for (std::int64_t* counter :
       {&recipients.success, &recipients.failed, &recipients.pending, &recipients.excluded,
        &recipients.delivered, &recipients.held_out, &recipients.converted_reached,
        &recipients.converted_held_out, &counts.clickers, &counts.openers, &counts.redeemers,
        &counts.buyers, &counts.orders}) {
    *counter = messages.integer();  // the sum of no rows is NULL, read as 0
  }
  Query money = db_.query(
      "SELECT currency, sum(orders), sum(gross), sum(refunded), sum(cost) FROM message_money "
      "WHERE message_no IN (SELECT message_no FROM message WHERE " MH_FILTER
      ") AND (orders != 0 OR gross != 0 OR refunded != 0 OR cost != 0) GROUP BY currency");
  bind_filter(money, filter);
  while (money.step()) {
    MessageMoney& sum = totals.money[money.text()];
    sum.orders = money.integer();
    sum.gross_minor = money.integer();
    sum.refunded_minor = money.integer();
    sum.cost_minor = money.integer();
  }
  return totals;
}

std::vector<PeriodRow> SqliteSnapshot::period(MessageKind kind, std::int32_t first_day,
                                              std::int32_t last_day) {
  std::map<MessageNo, PeriodRow> rows;
  Query days = db_.query(
      "SELECT message_no, sum(success), sum(failed), sum(pending), sum(excluded), sum(clicks) "
      "FROM message_day WHERE message_no IN (SELECT message_no FROM message WHERE kind = ?1 AND "
      "?1 != 0) AND day BETWEEN ?2 AND ?3 AND (success != 0 OR failed != 0 OR pending != 0 OR "
      "excluded != 0 OR clicks != 0) GROUP BY message_no");
  days.bind(static_cast<std::int64_t>(kind)).bind(first_day).bind(last_day);
  while (days.step()) {
    DayCounts& counts = rows[days.number<MessageNo>()].counts;
    for (std::int64_t* counter :
         {&counts.success, &counts.failed, &counts.pending, &counts.excluded, &counts.clicks}) {
      *counter = days.integer();
    }
  }
  Query revenue = db_.query(
      "SELECT message_no, currency, sum(orders), sum(gross), sum(refunded) "
      "FROM revenue_day WHERE message_no IN (SELECT message_no FROM message WHERE kind = ?1 AND "
      "?1 != 0) AND day BETWEEN ?2 AND ?3 AND (orders != 0 OR gross != 0 OR refunded != 0) "
      "GROUP BY message_no, currency");
  revenue.bind(static_cast<std::int64_t>(kind)).bind(first_day).bind(last_day);
  while (revenue.step()) {
    PeriodRow& row = rows[revenue.number<MessageNo>()];
    MessageMoney& money = row.money[revenue.text()];
    money.orders = revenue.integer();
    money.gross_minor = revenue.integer();
    money.refunded_minor = revenue.integer();
  }
  std::vector<PeriodRow> list;
  for (auto& [message, row] : rows) {
    row.message = message;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace message_history::sqlite
