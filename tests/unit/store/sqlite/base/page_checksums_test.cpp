// Every page of a database with a bit flipped: what is read is what it was, or the page is named.
#include "store/sqlite/base/page_checksums.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "export/proof/sha256.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/open/database_file.h"

namespace message_history::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page_bytes = 8'192;
constexpr int message_count = 200;

class PageChecksumsTest : public testing::Test {
 protected:
  PageChecksumsTest() : folder_(fs::temp_directory_path() / "page_checksums_XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
    TenantFacts facts;
    facts.tenant = "shop";
    facts.time_zone = "Asia/Seoul";
    facts.currency = "KRW";
    const auto store = make_engine(folder_)->create(facts);
    const auto writer = store->begin();
    for (int i = 0; i < message_count; ++i) {
      const MessageNo message = writer->add_message(name_of("message", i));
      writer->add_money(message, "KRW", {i, 2, 3, 4});
      for (int j = 0; j < 5; ++j) {
        writer->put_member_counts(message, writer->member(name_of("member", i * j)), {1, 2, 0, 0});
      }
    }
    writer->commit();
  }
  ~PageChecksumsTest() override { fs::remove_all(folder_); }

  static std::string name_of(const char* what, int number) {
    return std::string(what) + "-with-a-name-that-takes-some-room-" + std::to_string(number);
  }

  std::string file() const { return database_file(folder_, "shop"); }

  std::string bytes() const {
    std::ifstream stream(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void write(const std::string& bytes) const {
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file() + suffix);
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << bytes;
  }

  // Whatever is there, walked and looked up by key.
  std::string everything() const {
    Sha256Hasher hasher;
    const auto store = make_engine(folder_)->open("shop");
    store->snapshot()->each_fact([&hasher](std::string_view fact) { hasher.update(fact); });
    const auto writer = store->begin();
    for (int i = 0; i < message_count; ++i) {
      const auto message = writer->message(name_of("message", i));
      hasher.update(message ? message->message_id : "none");
      if (!message) continue;
      for (const auto& [currency, money] : writer->money(message->number)) {
        hasher.update(currency + std::to_string(money.orders));
      }
      for (int j = 0; j < 5; ++j) {
        const MemberNo member = writer->live_member(name_of("member", i * j));
        hasher.update(std::to_string(writer->member_counts(message->number, member).clicks));
      }
    }
    return hex(hasher.finish());
  }

  // Empty when it was as before, else the error's text.
  std::string error_of(const std::string& before) const {
    try {
      EXPECT_EQ(everything(), before);
      return {};
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT) << failure.what();
      EXPECT_NE(std::string(failure.what()).find(file()), std::string::npos) << failure.what();
      return failure.what();
    }
  }

  void add_money(std::string_view currency) const {
    const auto store = make_engine(folder_)->open("shop");
    const auto writer = store->begin();
    writer->add_money(writer->message(name_of("message", 3))->number, currency, {1, 1, 0, 0});
    writer->commit();
  }

  // As a program does it that knows nothing of the checksums.
  void run_without_layer(const std::string& sql) const {
    SQLite::Database(file(), SQLite::OPEN_READWRITE).exec(sql);
  }

  std::string folder_;
};

TEST_F(PageChecksumsTest, AFlippedBitOfAnyPageGivesTheSameOrAnErrorByName) {
  const std::string sound = bytes();
  const std::string before = everything();
  ASSERT_GT(sound.size(), 40 * page_bytes);
  std::set<std::size_t> named;
  for (std::size_t page = 0; page < sound.size() / page_bytes; ++page) {
    // The page's header, its list of cells, what it holds, and the checksum itself, by turns.
    constexpr std::size_t places[] = {3, 8, 13, 25, 90, 4'000, 8'100, 8'186, 8'190};
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t at = places[(page * 3 + i) % std::size(places)];
      SCOPED_TRACE("page " + std::to_string(page + 1) + ", byte " + std::to_string(at));
      std::string damaged = sound;
      damaged[page * page_bytes + at] ^= static_cast<char>(1 << at % 8);
      write(damaged);
      if (!error_of(before).empty()) named.insert(page);
    }
  }
  // The rest are of tables that are empty, or that this test does not read.
  EXPECT_GT(named.size(), 25U);
}

TEST_F(PageChecksumsTest, APageInAnothersPlaceIsNamed) {
  std::string swapped = bytes();
  const std::string before = everything();
  const std::size_t last = swapped.size() / page_bytes - 1;
  const std::string third = swapped.substr(2 * page_bytes, page_bytes);
  swapped.replace(2 * page_bytes, page_bytes, swapped, last * page_bytes, page_bytes);
  swapped.replace(last * page_bytes, page_bytes, third);
  write(swapped);
  EXPECT_NE(error_of(before).find("does not match its checksum"), std::string::npos);
}

TEST_F(PageChecksumsTest, AChangedRowIsNamedBesideItsPage) {
  const std::string before = everything();
  run_without_layer("UPDATE message_money SET orders = orders + 1 WHERE message_no = 7");
  EXPECT_NE(error_of(before).find("message_money row 7, KRW does not match its checksum"),
            std::string::npos)
      << error_of(before);
}

TEST_F(PageChecksumsTest, ALostRowIsNoticedByWhoLooksItUp) {
  const std::string before = everything();
  run_without_layer("DELETE FROM message_money WHERE message_no = 7");
  EXPECT_NE(error_of(before).find("message_money has 199 rows of 200"), std::string::npos)
      << error_of(before);
}

TEST_F(PageChecksumsTest, TheHeadersWordThatThereAreChecksumsIsNotTakenBackByABit) {
  const std::string before = everything();
  std::string damaged = bytes();
  for (const char reserved : {0, 9, 10, 12, 24, 40, 72}) {
    damaged[reserved_bytes_at] = reserved;
    write(damaged);
    EXPECT_FALSE(error_of(before).empty()) << static_cast<int>(reserved);
  }
}

// As SCHEMA.md tells people to copy it.
TEST_F(PageChecksumsTest, ACopyMadeByAnotherProgramIsSound) {
  const std::string vacuumed = folder_ + "/vacuumed.db";
  const std::string backup = folder_ + "/backup.db";
  std::string before;
  {
    const auto store = make_engine(folder_)->open("shop");  // so that its log is not moved
    add_money("USD");
    before = everything();
    run_without_layer("VACUUM INTO '" + vacuumed + "'");
    SQLite::Database from(file(), SQLite::OPEN_READONLY);
    SQLite::Database to(backup, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup(to, from).executeStep();
  }
  for (const std::string& copy : {vacuumed, backup}) {
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file() + suffix);
    fs::copy_file(copy, file(), fs::copy_options::overwrite_existing);
    EXPECT_EQ(everything(), before) << copy;
  }
}

TEST_F(PageChecksumsTest, WhatAnotherProgramMovesOutOfTheLogIsSound) {
  std::string before;
  {
    const auto store = make_engine(folder_)->open("shop");
    add_money("USD");
    before = everything();
    run_without_layer("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  EXPECT_EQ(everything(), before);
  add_money("USD");  // seals them again
  EXPECT_NE(everything(), before);
}

TEST_F(PageChecksumsTest, AFileWithoutRoomForThemIsReadAsItIs) {
  EXPECT_TRUE(Connection(file(), Connection::Mode::read).has_page_checksums());
  const std::string plain = folder_ + "/plain.db";
  SQLite::Database(plain, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (a)");
  Connection db(plain, Connection::Mode::write);
  EXPECT_FALSE(db.has_page_checksums());
  db.execute("INSERT INTO t VALUES (5)");
  EXPECT_EQ(db.pragma("user_version"), 0);
}

}  // namespace
}  // namespace message_history::sqlite
