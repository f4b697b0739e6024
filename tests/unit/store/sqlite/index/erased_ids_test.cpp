#include "store/sqlite/index/erased_ids.h"

#include <gtest/gtest.h>

#include <string>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/open/schema.h"
#include "support/temporary_folder.h"

namespace message_history::sqlite {
namespace {

class ErasedIdsTest : public testing::Test {
 protected:
  ErasedIdsTest() : db_(folder_.path() + "/test.db", Connection::Mode::create) {
    for (const char* step : schema_steps) db_.execute(step);
    count_all_rows(db_);
  }

  std::string id_of(int i) { return "member-" + std::to_string(i); }
  void put(std::int64_t hash) {
    db_.put(tables::erasure)
        .bind_blob("key-" + std::to_string(++rows_))
        .bind(std::int64_t{1})
        .bind(std::int64_t{1})
        .bind(hash)
        .run();
  }
  void erase(ErasedIds& ids, int i) {
    put(ids.hash_of(id_of(i)));
    ids.add(ids.hash_of(id_of(i)));
  }
  // Of a thousand ids that were not erased.
  int taken_for_erased(ErasedIds& ids) {
    int count = 0;
    for (int i = 0; i < 1'000; ++i) count += ids.may_hold("living-" + std::to_string(i)) ? 1 : 0;
    return count;
  }

  TemporaryFolder folder_;
  Connection db_;
  int rows_ = 0;
};

TEST_F(ErasedIdsTest, KnowsWhoWasErasedBeforeAndSinceItWasRead) {
  ErasedIds ids(db_, 42);
  EXPECT_FALSE(ids.may_hold(id_of(1)));
  erase(ids, 1);
  EXPECT_TRUE(ids.may_hold(id_of(1)));
  erase(ids, 2);
  EXPECT_TRUE(ids.may_hold(id_of(1)));
  EXPECT_TRUE(ids.may_hold(id_of(2)));
  ErasedIds read_again(db_, 42);
  EXPECT_TRUE(read_again.may_hold(id_of(1)));
  EXPECT_TRUE(read_again.may_hold(id_of(2)));
  EXPECT_LE(taken_for_erased(read_again), 10);
}

TEST_F(ErasedIdsTest, KnowsAllOfManyAndPassesFewOthers) {
  ErasedIds ids(db_, 42);
  db_.execute("BEGIN");
  for (int i = 0; i < 20'000; ++i) erase(ids, i);
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(ids.may_hold(id_of(i))) << i;
  EXPECT_LE(taken_for_erased(ids), 20);
  db_.execute("ROLLBACK");
  ids.forget();
  EXPECT_FALSE(ids.may_hold(id_of(1)));
}

TEST_F(ErasedIdsTest, BeyondItsMaximumItPassesMoreAndMissesNobody) {
  constexpr std::int64_t keys_max = 64;
  ErasedIds ids(db_, 42, keys_max);
  for (int i = 0; i < 20 * keys_max; ++i) erase(ids, i);
  for (int i = 0; i < 20 * keys_max; ++i) ASSERT_TRUE(ids.may_hold(id_of(i))) << i;
}

TEST_F(ErasedIdsTest, WithRowsOfAnEarlierSchemaAnyIdMayBeErased) {
  put(-1);
  ErasedIds ids(db_, 42);
  EXPECT_TRUE(ids.may_hold("anybody"));
}

TEST_F(ErasedIdsTest, HashesDependOnTheTenant) {
  EXPECT_NE(ErasedIds(db_, 1).hash_of("m"), ErasedIds(db_, 2).hash_of("m"));
  EXPECT_GE(ErasedIds(db_, 1).hash_of("m"), 0);
}

}  // namespace
}  // namespace message_history::sqlite
