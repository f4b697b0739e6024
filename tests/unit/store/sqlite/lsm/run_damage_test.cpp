// Damaged runs: no walk passes over what is missing, no look-up answers wrongly, and no merge makes
// a gap permanent.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "store/sqlite/lsm/sorted_runs.h"
#include "unit/store/sqlite/sqlite_database.h"

namespace message_history::sqlite {
namespace {

using Model = std::map<std::string, std::string>;

constexpr const char* past_every_key = "\xFF";
constexpr int damages_a_kind = 40;

class RunDamageTest : public testing::Test {
 protected:
  RunDamageTest() : db_(database_.file(), Connection::Mode::write) {
    SortedRuns runs(db_, Tree::delivery);
    for (int round = 0; round < 60; ++round) {
      RunEntries entries;
      for (int i = 0; i < 400; ++i) {
        const std::string key = "key-" + std::to_string(random_() % 20'000);
        const std::string value = random_() % 6 == 0 ? "" : std::to_string(random_());
        entries.add(key, value);
        value.empty() ? void(model_.erase(key)) : void(model_[key] = value);
      }
      db_.execute("BEGIN IMMEDIATE");
      runs.put(entries);
      runs.merge_some();
      db_.execute("COMMIT");
    }
  }

  // Empty when it was refused as CORRUPT.
  template <class Read>
  std::optional<Model> read(Read&& read) {
    try {
      return read();
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT) << failure.what();
      EXPECT_NE(std::string(failure.what()).find("restore the tenant's folder"), std::string::npos)
          << failure.what();
      return {};
    }
  }

  std::optional<Model> walk_forward() {
    return read([this] {
      SortedRuns runs(db_, Tree::delivery);
      Model seen;
      RunsCursor cursor = runs.cursor("", past_every_key);
      for (cursor.seek(""); cursor.valid(); cursor.next())
        seen.emplace(cursor.key(), cursor.value());
      return seen;
    });
  }

  std::optional<Model> walk_backward() {
    return read([this] {
      SortedRuns runs(db_, Tree::delivery);
      Model seen;
      RunsCursor cursor = runs.cursor("", past_every_key);
      for (cursor.seek_below(past_every_key); cursor.valid(); cursor.previous()) {
        seen.emplace(cursor.key(), cursor.value());
      }
      return seen;
    });
  }

  // Each look-up says the same as before or is refused.
  void expect_sound_look_ups() {
    for (int i = 0; i < 200; ++i) {
      const std::string key = "key-" + std::to_string(random_() % 20'000);
      const auto found = read([&] {
        SortedRuns runs(db_, Tree::delivery);
        std::string value;
        return runs.find(key, value) ? Model{{key, value}} : Model{};
      });
      const auto known = model_.find(key);
      if (found) {
        EXPECT_EQ(*found, known == model_.end() ? Model{} : Model{*known});
      }
      const auto below = read([&] {
        SortedRuns runs(db_, Tree::delivery);
        RunsCursor cursor = runs.cursor("", key);
        cursor.seek_below(key);
        return cursor.valid() ? Model{{std::string(cursor.key()), std::string(cursor.value())}}
                              : Model{};
      });
      const auto next = model_.lower_bound(key);
      if (below) {
        EXPECT_EQ(*below, next == model_.begin() ? Model{} : Model{*std::prev(next)});
      }
    }
  }

  std::optional<Model> merge_all() {
    return read([this] {
      SortedRuns runs(db_, Tree::delivery);
      runs.begin_rewrite();
      while (runs.is_rewriting()) runs.merge_some();
      return Model{};
    });
  }

  // `damage` is done once for each of some rows that `pick` names by number.
  void expect_noticed(const std::string& rows, const std::string& damage) {
    std::vector<std::int64_t> picked;
    {
      Query query = db_.query(rows.c_str());
      while (query.step()) picked.push_back(query.integer());
    }
    ASSERT_GE(picked.size(), 2U);
    for (int i = 0; i < damages_a_kind; ++i) {
      const std::int64_t block = picked[random_() % picked.size()];
      std::string sql = damage;
      for (auto at = sql.find('$'); at != std::string::npos; at = sql.find('$')) {
        sql.replace(at, 1, std::to_string(block));
      }
      SCOPED_TRACE(sql);
      db_.execute("BEGIN IMMEDIATE");
      db_.execute(sql);
      EXPECT_EQ(walk_forward(), std::nullopt);
      EXPECT_EQ(walk_backward(), std::nullopt);
      if (i % 10 == 0) expect_sound_look_ups();
      EXPECT_EQ(merge_all(), std::nullopt);
      db_.execute("ROLLBACK");
    }
    EXPECT_EQ(walk_forward(), model_);
    EXPECT_EQ(walk_backward(), model_);
  }

  static constexpr const char* fenced = "SELECT block_no FROM fence";

  Database database_;
  Connection db_;
  Model model_;
  std::mt19937_64 random_{1};
};

TEST_F(RunDamageTest, AMissingRowOfTheBlockIndexIsNoticed) {
  expect_noticed(fenced, "DELETE FROM fence WHERE block_no = $");
}

TEST_F(RunDamageTest, AMissingBlockIsNoticed) {
  expect_noticed(fenced, "DELETE FROM block WHERE block_no = $");
}

TEST_F(RunDamageTest, AChangedRowOfTheBlockIndexIsNoticed) {
  for (const char* change :
       {"first_key = first_key || 'x'", "block_no = block_no + 1", "place = place + 1",
        "entries = entries - 1", "block_crc = block_crc + 1", "crc = crc + 1"}) {
    expect_noticed(fenced, "UPDATE fence SET " + std::string(change) + " WHERE block_no = $");
  }
}

// As after a write of the disk that was lost: what is there was right once, or elsewhere.
TEST_F(RunDamageTest, AValidBlockInThePlaceOfAnotherIsNoticed) {
  expect_noticed(fenced,
                 "UPDATE block SET bytes = (SELECT bytes FROM block WHERE block_no <> $ LIMIT 1) "
                 "WHERE block_no = $");
}

TEST_F(RunDamageTest, AChangedRunIsNoticed) {
  for (const char* change : {"level = level + 1", "entries = entries - 1", "merged_into = 77",
                             "first_key = x'00'", "last_key = x'01'", "last_at = first_at",
                             "first_place = first_place + 1", "blocks = blocks - 1"}) {
    expect_noticed("SELECT run_no FROM run",
                   "UPDATE run SET " + std::string(change) + " WHERE run_no = $");
  }
}

}  // namespace
}  // namespace message_history::sqlite
