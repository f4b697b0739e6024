// Every table with a row removed or a value changed: who reads it is told, and it is named.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "unit/store/sqlite/open/version_4_store.h"

namespace message_history::sqlite {
namespace {

class RowDamageTest : public testing::Test {
 protected:
  RowDamageTest() {
    {
      const auto store = file_.open();  // migrates
      const auto writer = store->begin();
      writer->count_skipped({SourceNo{1}, "type survey", 2, 3});  // version 4 had no such table
      writer->commit();
    }
    file_.run("VACUUM INTO '" + sound_copy() + "'");
  }

  std::string sound_copy() const { return file_.folder() + "/sound.db"; }

  void damage(const std::string& sql) const { file_.run(sql); }
  void restore() const {
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(file_.file() + suffix);
    std::filesystem::copy_file(sound_copy(), file_.file(),
                               std::filesystem::copy_options::overwrite_existing);
  }

  std::vector<RowFault> faults() const {
    Connection db(file_.file(), Connection::Mode::read);
    std::vector<RowFault> found;
    verify_rows(db, [&found](const RowFault& fault) { found.push_back(fault); });
    return found;
  }

  // Empty when it was refused as CORRUPT.
  std::optional<std::string> digest() const {
    try {
      return Version4Store::digest_of(*file_.open());
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT) << failure.what();
      EXPECT_NE(std::string(failure.what()).find(file_.file()), std::string::npos)
          << failure.what();
      return {};
    }
  }

  void expect_named(const Table& table) const {
    const auto found = faults();
    ASSERT_FALSE(found.empty());
    for (const RowFault& fault : found) EXPECT_EQ(fault.table, table.name) << fault.what;
    const auto same = digest();
    if (same) {
      EXPECT_EQ(*same, Version4Store::digest);
    }
    restore();
  }

  std::int64_t count(const std::string& sql) const {
    Connection db(file_.file(), Connection::Mode::read);
    Query query = db.query(sql.c_str());
    query.step();
    return query.integer();
  }

  // Of the row in the middle.
  std::string the_row(const Table& table) const {
    std::string_view key = table.columns;
    for (std::size_t i = 0, end = 0; i < table.key_columns; ++i) {
      end = table.columns.find(',', end == 0 ? 0 : end + 1);
      key = table.columns.substr(0, end);
    }
    const std::string name(table.name);
    const std::string rows = std::to_string(count("SELECT count(*) FROM " + name) / 2);
    return " WHERE (" + std::string(key) + ") = (SELECT " + std::string(key) + " FROM " + name +
           " LIMIT 1 OFFSET " + rows + ")";
  }

  bool is_empty(const Table& table) const {
    return count("SELECT count(*) FROM " + std::string(table.name)) == 0;
  }

  const Version4Store file_;
};

TEST_F(RowDamageTest, ARowThatIsMissingIsNamed) {
  for (const Table* table : tables::counted) {
    if (is_empty(*table)) continue;
    SCOPED_TRACE(table->name);
    damage("DELETE FROM " + std::string(table->name) + the_row(*table));
    expect_named(*table);
  }
}

TEST_F(RowDamageTest, AChangedValueIsNamed) {
  std::size_t changes = 0;
  for (const Table* table : tables::counted) {
    if (is_empty(*table)) continue;
    std::string_view rest = table->columns;
    for (std::size_t column = 0; column < table->column_count(); ++column) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      const std::string name(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 2, rest.size()));
      const std::string change = "UPDATE " + std::string(table->name) + " SET " + name +
                                 " = CASE typeof(" + name + ") WHEN 'integer' THEN " + name +
                                 " + 1000003 WHEN 'null' THEN 7 ELSE " + name + " || 'x' END" +
                                 the_row(*table);
      if (table == &tables::audit_head && name == "only") continue;  // the table has a CHECK
      SCOPED_TRACE(change);
      damage(change);
      expect_named(*table);
      ++changes;
    }
  }
  EXPECT_GT(changes, 120U);
}

// An export finds members by their numbers, and would be signed without the one.
TEST_F(RowDamageTest, AnExportDoesNotBeginWhereAMemberOrARunIsMissing) {
  const auto begins = [this] {
    try {
      return file_.open()->snapshots(2).size() == 2;
    } catch (const crm::Failure& failure) {
      EXPECT_EQ(failure.status(), CRM_ERR_CORRUPT) << failure.what();
      return false;
    }
  };
  EXPECT_TRUE(begins());
  for (const Table* table : {&tables::member, &tables::run}) {
    damage("DELETE FROM " + std::string(table->name) + the_row(*table));
    EXPECT_FALSE(begins()) << table->name;
    restore();
  }
}

// As after a write of the disk that was lost: the row is sound, but older than it should be.
TEST_F(RowDamageTest, ARowInPlaceOfANewerOneIsNoticed) {
  damage("UPDATE shop SET orders = orders + 1, crc = crc + 1");
  const auto found = faults();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].what, "row KRW does not match its checksum");
  EXPECT_EQ(found[1].what, "has other rows than were written");
}

TEST_F(RowDamageTest, AMissingCountIsNamed) {
  damage("DELETE FROM row_count WHERE name = 'touch'");
  const auto found = faults();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].table, "touch");
  EXPECT_EQ(digest(), std::nullopt);
}

TEST_F(RowDamageTest, WhatIsRecordedGoesOnBeingCounted) {
  {
    const auto store = file_.open();
    const auto writer = store->begin();
    SourceRow source = writer->source("another");
    source.position = 9;
    writer->put_source(source);
    const MessageNo message = writer->add_message("M-new");
    writer->add_money(message, "KRW", {1, 2, 3, 4});
    writer->add_money(message, "KRW", {1, 2, 3, 4});
    writer->put_member_counts(message, writer->member("somebody"), {1, 0, 0, 0});
    writer->commit();
    const auto dropped = store->begin();
    dropped->add_message("M-taken-back");
  }
  {
    const auto store = file_.open();
    const auto writer = store->begin();
    const MessageNo message = writer->message("M-new")->number;
    EXPECT_EQ(writer->money(message)["KRW"], (MessageMoney{2, 4, 6, 8}));
    writer->put_member_counts(message, writer->member("somebody"), {});
    writer->commit();
  }
  EXPECT_TRUE(faults().empty()) << faults().front().table << " " << faults().front().what;
}

}  // namespace
}  // namespace message_history::sqlite
