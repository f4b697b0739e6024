// Files of earlier schema versions are brought up to date when they are opened.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/sqlite/connection.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/schema.h"

namespace message_history::sqlite {
namespace {

constexpr Span all_time{0, std::numeric_limits<std::int64_t>::max()};

class SqliteMigrationTest : public testing::Test {
 protected:
  SqliteMigrationTest() : folder_(std::filesystem::temp_directory_path() / "migration_XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    engine_ = make_engine(folder_);
    facts_.tenant = "shop";
    facts_.time_zone = "Asia/Seoul";
    facts_.currency = "KRW";
  }
  ~SqliteMigrationTest() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return database_file(folder_, facts_.tenant); }

  std::string folder_;
  std::unique_ptr<Engine> engine_;
  TenantFacts facts_;
};

TEST_F(SqliteMigrationTest, OrdersOfVersionThreeAreFoundByTheirMembers) {
  MemberNo member;
  OrderNo second;
  {
    const auto store = engine_->create(facts_);
    const auto writer = store->begin();
    member = writer->add_member("member-1");
    for (const std::int64_t placed_at_us : {2'000, 1'000}) {
      Order order;
      order.order_id = "order-" + std::to_string(placed_at_us);
      order.member = member;
      order.placed_at_us = placed_at_us;
      order.version.currency = "KRW";
      order.version.amount_minor = 10'000;
      second = writer->add_order(order);
    }
    Order nobodys;
    nobodys.order_id = "order-0";
    writer->add_order(nobodys);
    writer->commit(false);
  }
  {
    Connection db(file(), Connection::Mode::write);
    db.execute(
        "DELETE FROM block WHERE block_no IN (SELECT block_no FROM fence JOIN run USING (run_no) "
        "WHERE tree = 6)");
    db.execute("DELETE FROM fence WHERE run_no IN (SELECT run_no FROM run WHERE tree = 6)");
    db.execute("DELETE FROM run WHERE tree = 6");
    db.execute(
        "CREATE INDEX orders_by_member ON orders (member_no, placed_at, order_no, message_no, "
        "currency, amount, refunded) WHERE member_no > 0");
    db.execute("PRAGMA user_version=3");
  }
  const auto store = engine_->open(facts_.tenant);
  const auto writer = store->begin();
  const std::vector<OrderNo> orders = writer->orders_of(member, all_time);
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_EQ(orders.front(), second);  // placed first
  Connection db(file(), Connection::Mode::read);
  EXPECT_EQ(db.pragma("user_version"), schema_version);
  EXPECT_FALSE(db.query("SELECT 1 FROM sqlite_master WHERE name = 'orders_by_member'").step());
}

}  // namespace
}  // namespace message_history::sqlite
