// Files of earlier schema versions are brought up to date when they are opened, and say the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/open/migration.h"
#include "support/recorder_fixture.h"
#include "unit/store/sqlite/open/version_4_store.h"

namespace message_history::sqlite {
namespace {

constexpr Span all_time{0, std::numeric_limits<std::int64_t>::max()};
constexpr Table erasure_of_version_8{"erasure", "member_key, member_no, until_at"};

std::vector<std::string> faults_of(const std::string& file) {
  Connection db(file, Connection::Mode::read);
  std::vector<std::string> faults;
  verify_rows(db, [&](const RowFault& fault) { faults.push_back(fault.table + " " + fault.what); });
  return faults;
}

TEST(SqliteMigration, OfVersionFourSaysTheSameAndIsSound) {
  const Version4Store file;
  EXPECT_EQ(Version4Store::digest_of(*file.open()), Version4Store::digest);
  EXPECT_EQ(faults_of(file.file()), std::vector<std::string>{});
  EXPECT_EQ(Connection(file.file(), Connection::Mode::read).pragma("user_version"), schema_version);
  EXPECT_EQ(Version4Store::digest_of(*file.open()), Version4Store::digest);
}

TEST(SqliteMigration, OfVersionFourHasItsSalesByDayAndByTouch) {
  const Version4Store file;
  const auto store = file.open();
  const auto snapshot = store->snapshot();
  const auto whole = snapshot->shop();
  EXPECT_FALSE(whole.empty());
  EXPECT_EQ(snapshot->shop(DaySpan{-1, 84'000}), whole);
  std::int64_t credited = 0;
  for (const std::string& message_id : snapshot->message_ids()) {
    const auto message = snapshot->message(message_id);
    if (!message) continue;
    std::int64_t split = 0;
    for (const auto& [touch, orders] : snapshot->orders_by_touch(message->number)) split += orders;
    EXPECT_EQ(split, message->counts.orders) << message_id;
    credited += split;
  }
  EXPECT_GT(credited, 0);
}

TEST(SqliteMigration, OfVersionFourGoesOnWithItsMerges) {
  const Version4Store file;
  const auto store = file.open();
  int slices = 0;
  while (store->tidy_some()) ASSERT_LT(++slices, 1'000);
  EXPECT_GT(slices, 0);
  EXPECT_EQ(Version4Store::digest_of(*store), Version4Store::digest);
  EXPECT_EQ(faults_of(file.file()), std::vector<std::string>{});
}

TEST(SqliteMigration, OrdersOfVersionThreeAreFoundByTheirMembers) {
  const Version4Store file;
  std::vector<std::vector<OrderNo>> expected;
  {
    const Version4Store same;
    const auto store = same.open();
    const auto writer = store->begin();
    for (std::int64_t member = 1; member <= 60; ++member) {
      expected.push_back(writer->orders_of(MemberNo{member}, all_time));
    }
  }
  file.run(
      "DELETE FROM block WHERE block_no IN (SELECT block_no FROM fence JOIN run USING (run_no) "
      "WHERE tree = 6);"
      "DELETE FROM fence WHERE run_no IN (SELECT run_no FROM run WHERE tree = 6);"
      "DELETE FROM run WHERE tree = 6;"
      "CREATE INDEX orders_by_member ON orders (member_no, placed_at, order_no, message_no, "
      "currency, amount, refunded) WHERE member_no > 0;"
      "PRAGMA user_version=3");
  const auto store = file.open();
  EXPECT_EQ(Version4Store::digest_of(*store), Version4Store::digest);
  const auto writer = store->begin();
  std::size_t orders = 0;
  for (std::int64_t member = 1; member <= 60; ++member) {
    const auto found = writer->orders_of(MemberNo{member}, all_time);
    EXPECT_EQ(found, expected[static_cast<std::size_t>(member - 1)]) << member;
    orders += found.size();
  }
  EXPECT_GT(orders, 40U);
  Connection db(file.file(), Connection::Mode::read);
  EXPECT_FALSE(db.query("SELECT 1 FROM sqlite_master WHERE name = 'orders_by_member'").step());
}

// What a version before did not notice is noticed before it is made permanent, and nothing is
// changed.
TEST(SqliteMigration, OfADamagedFileIsRefusedAndLeavesItAsItIs) {
  for (const char* damage : {"DELETE FROM fence WHERE block_no = (SELECT max(block_no) FROM fence)",
                             "UPDATE run SET level = level + 1 WHERE run_no = 50",
                             "DELETE FROM block WHERE block_no = (SELECT max(block_no) FROM block)",
                             "UPDATE orders SET amount = amount + 1 WHERE order_no = 3"}) {
    SCOPED_TRACE(damage);
    const Version4Store file;
    file.run(damage);
    try {
      file.open();
      FAIL() << "was opened";
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT);
      EXPECT_NE(std::string(failure.what()).find(file.file()), std::string::npos);
    }
    Connection db(file.file(), Connection::Mode::read);
    EXPECT_EQ(db.pragma("user_version"), 4);
    EXPECT_FALSE(db.query("SELECT 1 FROM sqlite_master WHERE name = 'row_count'").step());
  }
}

// The rows of a query, as texts; those of zero members say the same as none.
std::vector<std::string> rows_in(Connection& db, const char* sql) {
  std::vector<std::string> rows;
  Query query = db.query(sql);
  while (query.step()) rows.push_back(query.text());
  return rows;
}

std::vector<std::string> days_clicked_again(const std::string& file) {
  Connection db(file, Connection::Mode::read);
  auto rows =
      rows_in(db,
              "SELECT printf('%d: %d after %d, %d', message_no, day, previous_day, members) "
              "FROM clicked_again WHERE members != 0 ORDER BY 1");
  for (std::string& row :
       rows_in(db,
               "SELECT printf('%d, %d: %d after %d of %d, %d', days, previous_days, first_day, "
               "first_previous_day, message_no, members) FROM period_clicked_again "
               "WHERE members != 0 ORDER BY 1")) {
    rows.push_back(std::move(row));
  }
  return rows;
}

void remove_version_fourteen(Connection& db) {
  db.execute("DROP TABLE refund_sum; DELETE FROM row_count WHERE name = 'refund_sum'");
}

void remove_version_thirteen(Connection& db) {
  remove_version_fourteen(db);
  db.execute("DROP INDEX touch_by_kind; DROP INDEX click_by_message");
}

void remove_version_twelve(Connection& db) {
  remove_version_thirteen(db);
  db.execute("DROP INDEX quarantine_by_seq; DROP TABLE skipped");
  db.execute("DELETE FROM row_count WHERE name = 'skipped'");
}

// Everything that lists are read from, as texts.
std::vector<std::string> rows_of_lists(const std::string& file) {
  Connection db(file, Connection::Mode::read);
  std::vector<std::string> rows;
  for (const char* sql :
       {"SELECT printf('%d %d %s %s %d', sort, shelf, value, message_id, day) FROM message_place",
        "SELECT printf('%d: %d %d %d', shelf, messages, success, clickers) FROM shelf "
        "WHERE messages != 0",
        "SELECT printf('%d %s: %d %d', shelf, currency, orders, gross) FROM shelf_money "
        "WHERE orders != 0",
        "SELECT printf('%d %d: %d %d', day, shelf, messages, success) FROM shelf_day "
        "WHERE messages != 0",
        "SELECT printf('%d %d %s: %d', day, shelf, currency, gross) FROM shelf_day_money "
        "WHERE orders != 0",
        "SELECT printf('%s is of day %d', message_id, listed_day) FROM message"}) {
    for (std::string& row : rows_in(db, sql)) rows.push_back(std::move(row));
  }
  std::ranges::sort(rows);
  return rows;
}

// As version 9 had them: places by number, and messages that nobody announced in no list.
void remove_version_ten(Connection& db) {
  db.count_rows();
  db.execute("BEGIN IMMEDIATE");
  std::vector<MessageRow> messages;
  {
    Query query = db.rows(tables::message, "");
    while (query.step()) messages.push_back(read_message(query));
  }
  for (MessageRow& row : messages) {
    if (row.report.known()) continue;
    row.listed_day = 0;
    Query query = db.change(tables::message);
    bind_message(query, row);
    query.run();
  }
  db.commit();
  db.execute(
      "DROP TABLE message_place;"
      "CREATE TABLE message_place (sort INTEGER NOT NULL, shelf INTEGER NOT NULL, value NOT NULL, "
      "message_no INTEGER NOT NULL, day INTEGER NOT NULL, crc INTEGER NOT NULL DEFAULT 0, "
      "PRIMARY KEY (sort, shelf, value, message_no)) WITHOUT ROWID;"
      "INSERT INTO message_place VALUES (0, 8192, 1, 1, 0, 7)");
  remove_version_twelve(db);
}

// Of a shop that erased nobody.
void remove_version_nine(Connection& db) {
  remove_version_ten(db);
  db.execute("ALTER TABLE erasure DROP COLUMN id_hash");
}

void remove_version_eight(Connection& db) {
  remove_version_nine(db);
  db.execute("DROP INDEX message_day_by_day; DROP INDEX revenue_day_by_day");
  for (const char* table : {"shop_day", "bought_by", "other_refund"}) {
    db.execute(std::string("DROP TABLE ") + table);
    db.execute(std::string("DELETE FROM row_count WHERE name = '") + table + "'");
  }
}

TEST(SqliteMigration, OfVersionSevenKeepsItsCountsAndGetsTheFiguresOfPeriods) {
  test::RecorderFixture shop;
  shop.record({test::Message{test::monday_us, "A"}, test::Touch{test::monday_us, "A", "", "kim"},
               test::Touch{test::monday_us + 3 * test::day_us, "A", "", "kim"}});
  const std::string digest = shop.digest();
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  const std::vector<std::string> kept = days_clicked_again(file);
  ASSERT_FALSE(kept.empty());
  {
    Connection db(file, Connection::Mode::write);
    remove_version_eight(db);
    db.execute("PRAGMA user_version=7");
  }
  const auto engine = make_engine(shop.folder.path());
  EXPECT_NE(engine->open(shop.tenant), nullptr);
  EXPECT_EQ(days_clicked_again(file), kept);
  EXPECT_EQ(shop.digest(), digest);
}

TEST(SqliteMigration, OfVersionNineListsWhatNobodyAnnouncedAndSaysTheSame) {
  test::RecorderFixture shop;
  test::Message automatic{test::monday_us, "A"};
  automatic.kind = CRM_MESSAGE_AUTOMATIC;
  test::Message due{test::monday_us, "due"};
  due.state = CRM_STATE_SCHEDULED;
  due.scheduled_at_us = test::monday_us + test::day_us;
  test::Order order{test::monday_us + test::hour_us, "O", "kim"};
  order.message = "named by an order";
  shop.record({automatic, due, test::Message{test::monday_us, "B"},
               test::Delivery{test::monday_us, "B", "d", "kim"},
               test::Delivery{test::monday_us, "named by a delivery", "d", "kim"},
               test::Touch{test::monday_us + 90 * test::day_us, "A", "", "kim"}, order});
  const std::string digest = shop.digest();
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  const std::vector<std::string> kept = rows_of_lists(file);
  ASSERT_EQ(shop.snapshot()->held_messages(), 2);
  {
    Connection db(file, Connection::Mode::write);
    remove_version_ten(db);
    db.execute("PRAGMA user_version=9");
  }
  const auto engine = make_engine(shop.folder.path());
  EXPECT_NE(engine->open(shop.tenant), nullptr);
  EXPECT_EQ(rows_of_lists(file), kept);
  EXPECT_EQ(shop.digest(), digest);
  EXPECT_EQ(faults_of(file), std::vector<std::string>{});
}

TEST(SqliteMigration, OfVersionElevenListsWhatWasRefusedBefore) {
  test::RecorderFixture shop;
  shop.record({test::Message{test::monday_us, "A"}, test::Order{test::monday_us, "O1", "kim", -5}});
  const std::string digest = shop.digest();
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  {
    Connection db(file, Connection::Mode::write);
    remove_version_twelve(db);
    db.execute("PRAGMA user_version=11");
  }
  const auto engine = make_engine(shop.folder.path());
  const auto store = engine->open(shop.tenant);
  ASSERT_NE(store, nullptr);
  const auto snapshot = store->snapshot();
  EXPECT_EQ(snapshot->refused_seqs(shop.source, 0, 10), std::vector<std::int64_t>{2});
  EXPECT_TRUE(snapshot->skipped_by_name().empty());
  EXPECT_EQ(shop.digest(), digest);
}

TEST(SqliteMigration, ClicksOfVersionTwelveAreFoundByTheirMessage) {
  test::RecorderFixture shop;
  const auto click = [](int day) {
    return test::Touch{test::monday_us + day * test::day_us, "A", "", "kim"};
  };
  shop.record({test::Message{test::monday_us, "A"}, click(0), click(2)});
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  shop.recorder.stop();
  {
    Connection db(file, Connection::Mode::write);
    remove_version_thirteen(db);
    db.execute("PRAGMA user_version=12");
  }
  const auto store = make_engine(shop.folder.path())->open(shop.tenant);
  {
    const auto writer = store->begin();
    const MemberNo kim = writer->live_member("kim");
    const MessageNo message = writer->message("A")->number;
    const auto day = [](int number) {
      const std::int64_t from_us = test::monday_us + number * test::day_us;
      return Span{from_us, from_us + test::day_us - 1};
    };
    EXPECT_EQ(writer->first_click(message, kim, day(0)), test::monday_us);
    EXPECT_EQ(writer->last_click(message, kim, all_time), test::monday_us + 2 * test::day_us);
    EXPECT_FALSE(writer->clicked_twice(message, kim, day(2)));
    EXPECT_TRUE(writer->clicked_twice(message, kim, all_time));
  }
  EXPECT_EQ(faults_of(file), std::vector<std::string>{});
}

TEST(SqliteMigration, RefundsOfVersionThirteenAreAddedUpByOrder) {
  test::RecorderFixture shop;
  const auto refund = [](const char* id, const char* order, std::int64_t amount_minor,
                         const char* currency = "KRW") {
    return test::Refund{test::monday_us, id, order, amount_minor, currency};
  };
  shop.record({test::Order{test::monday_us, "O", "kim", 500}, refund("r1", "O", 300),
               refund("r2", "O", 400), refund("r3", "O", 7, "USD"), refund("r4", "nowhere", 9)});
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  const std::string digest = shop.digest();
  shop.recorder.stop();
  {
    Connection db(file, Connection::Mode::write);
    remove_version_fourteen(db);
    db.execute("PRAGMA user_version=13");
  }
  const auto engine = make_engine(shop.folder.path());
  {
    const auto store = engine->open(shop.tenant);
    const auto writer = store->begin();
    EXPECT_EQ(writer->refund_sums("O"), (std::vector<RefundSum>{{"KRW", 2, 700}, {"USD", 1, 7}}));
    EXPECT_EQ(writer->refund_sums("nowhere"), (std::vector<RefundSum>{{"KRW", 1, 9}}));
  }
  EXPECT_EQ(faults_of(file), std::vector<std::string>{});
  EXPECT_EQ(shop.digest(), digest);
}

TEST(SqliteMigration, MembersOfVersionSixWhoClickedAgainAreFound) {
  test::RecorderFixture shop;
  test::Message automatic{test::monday_us, "A"};
  automatic.kind = CRM_MESSAGE_AUTOMATIC;
  std::vector<test::Event> events = {automatic, test::Message{test::monday_us, "B"}};
  for (const int day : {0, 3, 3, 20, 40}) {
    for (const char* member : {"kim", "lee"}) {
      const std::int64_t at_us = test::monday_us + day * test::day_us;
      events.push_back(test::Touch{at_us, "A", "", member});
      events.push_back(test::Touch{at_us + (member[0] == 'k') * test::day_us, "B", "", member});
      events.push_back(test::Touch{at_us, "A", "", "once" + std::to_string(day)});
    }
  }
  shop.record(events);
  const std::string digest = shop.digest();
  const std::string file = database_file(shop.folder.path(), shop.tenant);
  const std::vector<std::string> kept = days_clicked_again(file);
  ASSERT_FALSE(kept.empty());
  {
    Connection db(file, Connection::Mode::write);
    remove_version_eight(db);
    db.execute("DROP TABLE clicked_again");
    db.execute("DROP TABLE period_clicked_again");
    db.execute("DELETE FROM row_count WHERE name LIKE '%clicked_again'");
    db.execute("PRAGMA user_version=6");
  }
  const auto engine = make_engine(shop.folder.path());
  EXPECT_NE(engine->open(shop.tenant), nullptr);
  EXPECT_EQ(days_clicked_again(file), kept);
  EXPECT_EQ(shop.digest(), digest);
}

// Whose id it was is not known, so that any id may be it.
TEST(SqliteMigration, ErasuresOfVersionEightAreStillFound) {
  const Version4Store file;
  MemberKey key;
  key.fill(7);
  MemberNo erased;
  {
    const auto store = file.open();
    const auto writer = store->begin();
    erased = writer->pseudonymize(writer->add_member("somebody"), "erased-1");
    writer->put_erasure("somebody", key, erased, 1'000);
    EXPECT_TRUE(writer->may_be_erased("somebody"));
    writer->commit();
  }
  {
    Connection db(file.file(), Connection::Mode::write);
    db.execute("BEGIN");
    renew_checksums(db, erasure_of_version_8);
    db.execute("COMMIT");
    remove_version_twelve(db);
    db.execute("ALTER TABLE erasure DROP COLUMN id_hash");
    db.execute("PRAGMA user_version=8");
  }
  const auto store = file.open();
  EXPECT_EQ(faults_of(file.file()), std::vector<std::string>{});
  EXPECT_EQ(store->pending_scrub().erasures, 2);  // the one of version 4 as well
  EXPECT_TRUE(store->scrub());
  const auto writer = store->begin();
  EXPECT_TRUE(writer->may_be_erased("anybody"));
  EXPECT_EQ(writer->erasure(key)->erased, erased);
}

}  // namespace
}  // namespace message_history::sqlite
