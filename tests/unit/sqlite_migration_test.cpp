// Files of earlier schema versions are brought up to date when they are opened, and say the same.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/row_count.h"
#include "version_4_store.h"

namespace message_history::sqlite {
namespace {

constexpr Span all_time{0, std::numeric_limits<std::int64_t>::max()};

std::vector<std::string> faults_of(const Version4Store& file) {
  Connection db(file.file(), Connection::Mode::read);
  std::vector<std::string> faults;
  verify_rows(db, [&](const RowFault& fault) { faults.push_back(fault.table + " " + fault.what); });
  return faults;
}

TEST(SqliteMigration, OfVersionFourSaysTheSameAndIsSound) {
  const Version4Store file;
  EXPECT_EQ(Version4Store::digest_of(*file.open()), Version4Store::digest);
  EXPECT_EQ(faults_of(file), std::vector<std::string>{});
  EXPECT_EQ(Connection(file.file(), Connection::Mode::read).pragma("user_version"), schema_version);
  EXPECT_EQ(Version4Store::digest_of(*file.open()), Version4Store::digest);
}

TEST(SqliteMigration, OfVersionFourGoesOnWithItsMerges) {
  const Version4Store file;
  const auto store = file.open();
  int slices = 0;
  while (store->tidy_some()) ASSERT_LT(++slices, 1'000);
  EXPECT_GT(slices, 0);
  EXPECT_EQ(Version4Store::digest_of(*store), Version4Store::digest);
  EXPECT_EQ(faults_of(file), std::vector<std::string>{});
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

}  // namespace
}  // namespace message_history::sqlite
