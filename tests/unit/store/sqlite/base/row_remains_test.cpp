// Nothing of a row stays in the file after it was changed or deleted, wherever SQLite had moved it
// before.
#include "store/sqlite/base/row_remains.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/page_checksums.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/open/migration.h"
#include "store/sqlite/open/schema.h"
#include "support/temporary_folder.h"

namespace message_history::sqlite {
namespace {

constexpr int rows_made = 20'000;
constexpr std::size_t rows_a_transaction = 200;

constexpr const char* change_member =
    "UPDATE member SET member = 'erased-ffffffffffffffffffffffffffffffff', erased = 1 "
    "WHERE member_no = ?";
constexpr const char* change_quarantine =
    "UPDATE quarantine SET event = '' WHERE quarantine_no = ?";

class RowRemains : public testing::Test {
 protected:
  // A database whose pages go to the file through this layer, "" for none.
  void open(const std::string& layer, int reserved_bytes = 0) {
    db_.emplace(file_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, layer);
    sqlite3_file_control(db_->getHandle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved_bytes);
    db_->exec(
        "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; "
        "PRAGMA secure_delete=ON");
    for (const char* step : schema_steps) db_->exec(step);
  }

  static std::string id_of(int i) { return "member-" + std::to_string(100'000 + i); }

  void add_members() {
    SQLite::Statement add(*db_, "INSERT INTO member (member_no, member, erased) VALUES (?, ?, 0)");
    add_rows(add, [](int i) { return id_of(i); });
  }
  // Some are longer than a page.
  void add_refused_events() {
    std::mt19937 random(1);
    SQLite::Statement add(
        *db_,
        "INSERT INTO quarantine (quarantine_no, source_no, seq, at, kind, reason, event) "
        "VALUES (?, 1, 1, 1, 'order', 'r', ?)");
    add_rows(add, [&random](int i) {
      const std::size_t more = random() % 100 == 0 ? 8'000 : random() % 400;
      return "{" + id_of(i) + std::string(more, '.') + "}";
    });
  }

  // Half of the rows, some at a time and in an order of its own, so that SQLite moves others. Tells
  // how many of those that were changed the file holds at most after a transaction.
  std::size_t most_left_after(const char* sql, bool stops_at_first = false) {
    std::vector<int> order;
    for (int i = 0; i < rows_made; ++i) order.push_back(i);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    std::size_t most_left = 0;
    for (std::size_t begin = 0; begin < order.size() / 2; begin += rows_a_transaction) {
      SQLite::Transaction transaction(*db_);
      SQLite::Statement change(*db_, sql);
      for (std::size_t i = begin; i < begin + rows_a_transaction; ++i) {
        change.bind(1, order[i] + 1);
        change.exec();
        change.reset();
        changed_.insert(id_of(order[i]));
      }
      transaction.commit();
      db_->exec("PRAGMA wal_checkpoint(TRUNCATE)");
      most_left = std::max(most_left, changed_ids_in_file());
      if (stops_at_first && most_left > 0) break;
    }
    EXPECT_EQ(db_->execAndGet("PRAGMA integrity_check").getString(), "ok");
    return most_left;
  }

  template <class TextOf>
  void add_rows(SQLite::Statement& add, TextOf&& text_of) {
    db_->exec("SAVEPOINT rows");
    for (int i = 0; i < rows_made; ++i) {
      add.bind(1, i + 1);
      add.bind(2, text_of(i));
      add.exec();
      add.reset();
    }
    db_->exec("RELEASE rows");
  }

  std::size_t changed_ids_in_file() const {
    std::ifstream file(file_, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::set<std::string> found;
    for (std::size_t at = 0; (at = bytes.find("member-", at)) != std::string::npos; ++at) {
      const std::string id = bytes.substr(at, id_of(0).size());
      if (changed_.contains(id)) found.insert(id);
    }
    return found.size();
  }

  TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/test.db";
  std::optional<SQLite::Database> db_;
  std::set<std::string> changed_;
};

TEST_F(RowRemains, OfMembersAreLeftBySqliteAlone) {
  open("");
  add_members();
  // Else SQLite has learned to do it, and nothing of this is needed any more.
  EXPECT_GT(most_left_after(change_member), 0U);
}

TEST_F(RowRemains, OfMembersOfAnEarlierVersionLeaveTheFile) {
  open("");
  add_members();
  ASSERT_GT(most_left_after(change_member, true), 0U);
  db_.reset();
  Connection db(file_, Connection::Mode::write);
  db.execute("BEGIN");
  count_rows(db, tables::erasure);
  write_ids_anew(db);
  db.execute("COMMIT");
  ASSERT_TRUE(db.try_truncate_log());
  EXPECT_EQ(changed_ids_in_file(), 0U);
  expect_all_rows(db, tables::member);
}

TEST_F(RowRemains, OfMembersAreNeverInAFileWithChecksums) {
  open(page_checksums_vfs(), page_checksum_bytes);
  add_members();
  EXPECT_EQ(most_left_after(change_member), 0U);
}

TEST_F(RowRemains, OfMembersAreNeverInTheFile) {
  open(page_checksums_vfs());
  add_members();
  EXPECT_EQ(most_left_after(change_member), 0U);
}

TEST_F(RowRemains, OfMembersWhoAreDeletedAreNeverInTheFile) {
  open(page_checksums_vfs());
  add_members();
  EXPECT_EQ(most_left_after("DELETE FROM member WHERE member_no = ?"), 0U);
}

TEST_F(RowRemains, OfRefusedEventsAreNeverInTheFile) {
  open(page_checksums_vfs());
  add_refused_events();
  EXPECT_EQ(most_left_after(change_quarantine), 0U);
}

// A page of 64 bytes with two rows: their pointers end at 12, the rows begin at 40.
std::string small_page() {
  std::string page(64, 'x');
  page.replace(0, 12, std::string("\x0d\0\0\0\x02\0\x28\0\0\x34\0\x28", 12));
  return page;
}

TEST(RowRemainsOfAPage, LieBetweenThePointersAndTheRows) {
  std::string page = small_page();
  EXPECT_TRUE(holds_row_remains(page));
  clear_row_remains(page);
  EXPECT_FALSE(holds_row_remains(page));
  EXPECT_EQ(page, small_page().substr(0, 12) + std::string(28, '\0') + std::string(24, 'x'));
}

TEST(RowRemainsOfAPage, AreNotLookedForWhereSomethingElseIs) {
  struct Other {
    const char* what;
    std::size_t at;
    char byte;
  };
  for (const Other& other :
       {Other{"an index", 0, 10}, Other{"rows before their pointers", 6, 8},
        Other{"rows beyond the page", 6, 65}, Other{"a pointer into the free part", 9, 39},
        Other{"a pointer beyond the page", 11, 64}}) {
    SCOPED_TRACE(other.what);
    std::string page = small_page();
    page[other.at] = other.byte;
    const std::string before = page;
    EXPECT_FALSE(holds_row_remains(page));
    clear_row_remains(page);
    EXPECT_EQ(page, before);
  }
  EXPECT_FALSE(holds_row_remains(""));
  EXPECT_FALSE(holds_row_remains("\x0d"));
}

}  // namespace
}  // namespace message_history::sqlite
