// What lists are read from is kept up to date batch by batch; after any events in any order it is
// what the rows of messages, money and days add up to.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "calendar/time_zone.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/lists/list_filter.h"
#include "store/sqlite/lists/shelf.h"
#include "support/every_kind.h"
#include "support/recorder_fixture.h"
#include "unit/store/sqlite/open/version_4_store.h"

namespace message_history::sqlite {
namespace {

using Counters = std::vector<std::int64_t>;
using Sums = std::map<std::vector<std::string>, Counters>;

void add(Counters& sum, const Counters& change) {
  sum.resize(change.size());
  for (std::size_t i = 0; i < change.size(); ++i) sum[i] += change[i];
}

// The rows of a query as they are kept: `keys` columns, then counters. Rows of zeros are left out.
Sums sums_of(Connection& db, const char* sql, int keys) {
  Sums sums;
  Query query = db.query(sql);
  while (query.step()) {
    std::vector<std::string> key;
    for (int i = 0; i < keys; ++i) key.push_back(query.text());
    Counters counters;
    while (const auto value = query.optional_integer()) counters.push_back(*value);
    add(sums[key], counters);
  }
  std::erase_if(sums, [](const auto& sum) {
    return std::ranges::all_of(sum.second, [](std::int64_t value) { return value == 0; });
  });
  return sums;
}

struct Kept {
  std::set<std::tuple<int, std::int64_t, std::string, std::string, std::int32_t>> places;
  Sums shelves;
  Sums shelf_days;
  Sums shelf_money;
  Sums shelf_day_money;
};

Kept kept_of(Connection& db) {
  Kept kept;
  Query query = db.query("SELECT sort, shelf, value, message_id, day FROM message_place");
  while (query.step()) {
    const auto sort = static_cast<int>(query.integer());
    const std::int64_t shelf = query.integer();
    const std::string value = query.text();
    const std::string id = query.text();
    kept.places.insert({sort, shelf, value, id, static_cast<std::int32_t>(query.integer())});
  }
  // A NULL ends the counters of a row.
  kept.shelves = sums_of(db,
                         "SELECT shelf, messages, success, failed, pending, excluded, clickers, "
                         "orders, NULL FROM shelf",
                         1);
  kept.shelf_days = sums_of(db,
                            "SELECT day, shelf, messages, success, failed, pending, excluded, "
                            "clickers, orders, NULL FROM shelf_day",
                            2);
  kept.shelf_money =
      sums_of(db, "SELECT shelf, currency, orders, gross, refunded, NULL FROM shelf_money", 2);
  kept.shelf_day_money = sums_of(
      db, "SELECT day, shelf, currency, orders, gross, refunded, NULL FROM shelf_day_money", 3);
  return kept;
}

// The same from the rows of messages and money, by the definitions of the lists.
Kept computed_of(Connection& db, TimeZone zone) {
  Kept kept;
  Query query = db.rows(tables::message, "");
  while (query.step()) {
    const MessageRow row = read_message(query);
    const MessageReport& report = row.report;
    const std::int64_t at_us = row.sent_at_us                      ? *row.sent_at_us
                               : report.scheduled_at_us.at_us >= 0 ? report.scheduled_at_us.value
                               : report.facts.at_us >= 0           ? report.facts.at_us
                                                                   : row.activity_at_us;
    const std::int32_t day = zone.day_of(at_us);
    EXPECT_EQ(row.listed_day, day);
    const RecipientCounts& recipients = row.counts.recipients;
    const MessageResult result = result_of(report, recipients, end_of_time_us);
    const MessageKind kind = report.known() ? report.facts.kind : MessageKind::manual;
    const std::int64_t shelf = shelf_number({kind, report.facts.channel, result, day});
    auto money = read_money(db, row.number);
    const std::int64_t values[] = {row.activity_at_us,
                                   at_us,
                                   0,
                                   recipients.success + recipients.failed + recipients.pending,
                                   recipients.success,
                                   recipients.failed,
                                   row.counts.clickers,
                                   row.counts.orders,
                                   money["KRW"].gross_minor - money["KRW"].refunded_minor};
    for (int sort = 0; sort < static_cast<int>(message_sorts); ++sort) {
      const bool by_name = static_cast<MessageSort>(sort) == MessageSort::name;
      kept.places.insert({sort, shelf, by_name ? report.facts.name : std::to_string(values[sort]),
                          row.message_id, day});
    }
    const Counters counters = {1,
                               recipients.success,
                               recipients.failed,
                               recipients.pending,
                               recipients.excluded,
                               row.counts.clickers,
                               row.counts.orders};
    add(kept.shelves[{std::to_string(shelf)}], counters);
    add(kept.shelf_days[{std::to_string(day), std::to_string(shelf)}], counters);
    for (const auto& [currency, one] : money) {
      if (one.orders == 0) continue;
      const Counters sales = {one.orders, one.gross_minor, one.refunded_minor};
      add(kept.shelf_money[{std::to_string(shelf), currency}], sales);
      add(kept.shelf_day_money[{std::to_string(day), std::to_string(shelf), currency}], sales);
    }
  }
  return kept;
}

void expect_lists_kept(Connection& db, TimeZone zone) {
  const Kept kept = kept_of(db);
  const Kept computed = computed_of(db, zone);
  EXPECT_EQ(kept.places, computed.places);
  EXPECT_EQ(kept.shelves, computed.shelves);
  EXPECT_EQ(kept.shelf_days, computed.shelf_days);
  EXPECT_EQ(kept.shelf_money, computed.shelf_money);
  EXPECT_EQ(kept.shelf_day_money, computed.shelf_day_money);
}

void expect_periods_kept(Connection& db) {
#define MH_AUTOMATIC "message_no IN (SELECT message_no FROM message WHERE kind = 1)"
  for (const auto& [kept, computed, keys] :
       {std::tuple{"SELECT days, first_day, message_no, success, failed, pending, excluded, "
                   "clicks, NULL FROM period_day",
                   "SELECT 1, day, message_no, success, failed, pending, excluded, clicks, NULL "
                   "FROM message_day WHERE " MH_AUTOMATIC
                   " UNION ALL SELECT 16, day - day % 16, message_no, success, failed, pending, "
                   "excluded, clicks, NULL FROM message_day WHERE " MH_AUTOMATIC,
                   3},
        std::tuple{"SELECT days, first_day, message_no, currency, orders, gross, refunded, NULL "
                   "FROM period_money",
                   "SELECT 1, day, message_no, currency, orders, gross, refunded, NULL "
                   "FROM revenue_day WHERE " MH_AUTOMATIC
                   " UNION ALL SELECT 16, day - day % 16, message_no, currency, orders, gross, "
                   "refunded, NULL FROM revenue_day WHERE " MH_AUTOMATIC,
                   4},
        std::tuple{"SELECT days, previous_days, first_day, first_previous_day, message_no, "
                   "members, NULL FROM period_clicked_again",
                   "SELECT column1, column2, day - day % column1, "
                   "previous_day - previous_day % column2, message_no, members, NULL "
                   "FROM clicked_again, (VALUES (1, 1), (1, 16), (16, 1), (16, 16)) "
                   "WHERE " MH_AUTOMATIC,
                   5}}) {
    const Sums sums = sums_of(db, kept, keys);
    EXPECT_EQ(sums, sums_of(db, computed, keys));
    if (keys != 5) {  // few click again in these feeds
      EXPECT_FALSE(sums.empty());
    }
  }
}

void expect_held_refunds_kept(Connection& db) {
  const Sums held = sums_of(db, "SELECT order_id, refund_id, 1, NULL FROM held_refund", 2);
  EXPECT_EQ(held, sums_of(db,
                          "SELECT order_id, refund_id, 1, NULL FROM refund WHERE order_id NOT IN "
                          "(SELECT order_id FROM orders)",
                          2));
}

void expect_words_kept(Connection& db) {
  Query query = db.rows(tables::message, "");
  while (query.step()) {
    const MessageRow row = read_message(query);
    EXPECT_TRUE(WordMatches(db, row.message_id).contains(row.number));
    if (!row.report.facts.name.empty()) {
      EXPECT_TRUE(WordMatches(db, row.report.facts.name).contains(row.number));
    }
  }
  EXPECT_TRUE(WordMatches(db, "never a name").messages().empty());
}

// Every kind of event, and messages that change in all that lists go by.
std::vector<test::Event> changing_messages(std::uint64_t seed) {
  std::vector<test::Event> events = test::every_kind(seed);
  const std::uint32_t kinds[] = {CRM_MESSAGE_MANUAL, CRM_MESSAGE_AUTOMATIC, CRM_MESSAGE_MANUAL,
                                 CRM_MESSAGE_AUTOMATIC};
  for (int i = 0; i < 8; ++i) {
    const std::int64_t at_us = test::monday_us + (i / 2) * 40 * test::day_us;
    events.push_back(test::Message{
        at_us, "M" + std::to_string(1 + i % 2), "Renamed " + std::to_string(i),
        kinds[(i + i / 2) % 4], i % 3 == 0 ? CRM_CHANNEL_PUSH : CRM_CHANNEL_LMS,
        i % 4 == 3 ? CRM_STATE_COMPLETED : CRM_STATE_SENDING, at_us + 70 * test::day_us});
    events.push_back(test::Message{at_us, "later " + std::to_string(i), "Later", kinds[i % 4],
                                   CRM_CHANNEL_SMS, CRM_STATE_SCHEDULED, at_us + test::day_us});
  }
  return events;
}

class KeptLists : public testing::TestWithParam<std::uint64_t> {};

TEST_P(KeptLists, areWhatTheRowsAddUpToAfterEveryBatch) {
  const std::vector<test::Event> events = changing_messages(GetParam());
  const auto order = test::permuted(events, GetParam() * 1'000);
  std::mt19937_64 random(GetParam());
  test::RecorderFixture fixture;
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t end =
        std::min(order.size(), begin + std::uniform_int_distribution<std::size_t>(1, 400)(random));
    test::EventList list;
    for (; begin < end; ++begin) list.add(*order[begin], ++fixture.seq);
    ASSERT_EQ(fixture.record(list).rejected, 0u) << fixture.rejections[0].reason;
    Connection db(database_file(fixture.folder.path(), fixture.tenant), Connection::Mode::read);
    db.execute("BEGIN");  // of one commit: the recorder goes on beside this reader
    expect_lists_kept(db, *TimeZone::find("Asia/Seoul"));
    expect_held_refunds_kept(db);
    ASSERT_FALSE(HasFailure()) << "after " << end << " events";
  }
  Connection db(database_file(fixture.folder.path(), fixture.tenant), Connection::Mode::read);
  db.execute("BEGIN");
  expect_periods_kept(db);
  expect_words_kept(db);
}

TEST(MigratedLists, areWhatTheRowsOfVersionFourAddUpTo) {
  const Version4Store file;
  ASSERT_NE(file.open(), nullptr);
  Connection db(file.file(), Connection::Mode::read);
  expect_lists_kept(db, *TimeZone::find("Asia/Seoul"));
  expect_periods_kept(db);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeptLists, testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace message_history::sqlite
