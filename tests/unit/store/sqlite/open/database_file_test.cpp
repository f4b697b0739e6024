// What stands in a database's place without being the tenant's is named and left as it is.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/engine.h"
#include "unit/store/sqlite/open/version_4_store.h"

namespace message_history::sqlite {
namespace {

namespace fs = std::filesystem;

std::string bytes_of_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

class DatabaseFileTest : public testing::Test {
 protected:
  // What opening it says.
  std::string refusal(const char* tenant = Version4Store::tenant) {
    try {
      const auto store = make_engine(file_.folder())->open(tenant);
      store->snapshot()->each_fact([](std::string_view) {});
    } catch (const crm::Failure& failure) {
      status_ = failure.status();
      return failure.what();
    }
    return "opened";
  }
  void expect_refused(const std::string& why, std::int32_t status = CRM_ERR_CORRUPT) {
    const std::string text = refusal();
    EXPECT_NE(text.find(why), std::string::npos) << text;
    EXPECT_NE(text.find(file_.file()), std::string::npos) << text;
    EXPECT_EQ(status_, status) << text;
  }

  const Version4Store file_;
  std::int32_t status_ = 0;
};

TEST_F(DatabaseFileTest, AnEmptyFileIsNotMadeAStore) {
  write_file(file_.file(), "");
  expect_refused("is empty");
  EXPECT_EQ(fs::file_size(file_.file()), 0U);
}

TEST_F(DatabaseFileTest, ATruncatedFileIsLeftAsItIs) {
  const std::string whole = bytes_of_file(file_.file());
  for (const std::size_t bytes : {std::size_t{50}, std::size_t{512}, std::size_t{8'192},
                                  whole.size() / 2, whole.size() - 8'192, whole.size() - 1}) {
    SCOPED_TRACE(bytes);
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file_.file() + suffix);
    write_file(file_.file(), whole.substr(0, bytes));
    expect_refused(bytes < 100 ? "is cut short" : "");
    EXPECT_EQ(bytes_of_file(file_.file()), whole.substr(0, bytes));
  }
}

TEST_F(DatabaseFileTest, AFolderInItsPlaceIsNamed) {
  fs::remove(file_.file());
  fs::create_directory(file_.file());
  expect_refused("is a folder");
  EXPECT_TRUE(fs::is_directory(file_.file()));
}

TEST_F(DatabaseFileTest, ALinkIsNotFollowed) {
  const std::string elsewhere = file_.folder() + "/elsewhere.db";
  fs::rename(file_.file(), elsewhere);
  fs::create_symlink(elsewhere, file_.file());
  const std::string before = bytes_of_file(elsewhere);
  expect_refused("is a link");
  EXPECT_EQ(bytes_of_file(elsewhere), before);
  fs::remove(elsewhere);  // one that leads nowhere is no missing tenant either
  expect_refused("is a link");
  EXPECT_TRUE(fs::is_symlink(file_.file()));
}

TEST_F(DatabaseFileTest, AnotherProgramsDatabaseIsNotTouched) {
  file_.run("PRAGMA application_id=7");
  const std::string before = bytes_of_file(file_.file());
  expect_refused("another program");
  EXPECT_EQ(bytes_of_file(file_.file()), before);
  write_file(file_.file(), std::string(10'000, 'x'));
  expect_refused("no SQLite database");
}

TEST_F(DatabaseFileTest, ANewerVersionIsRefused) {
  file_.run("PRAGMA user_version=1000");
  expect_refused("written by a newer release", CRM_ERR_VERSION);
  file_.run("PRAGMA user_version=4");
  EXPECT_EQ(Version4Store::digest_of(*file_.open()), Version4Store::digest);
}

// A program that changed the row knew how to make its checksum.
TEST_F(DatabaseFileTest, AStoredTextThatIsNoNumberIsNamed) {
  file_.open();  // brings it to today's version
  for (const char* text : {"", "soon", "12 days", "-1", "99999999999999999999"}) {
    SCOPED_TRACE(text);
    {
      Connection db(file_.file(), Connection::Mode::write);
      db.execute("BEGIN IMMEDIATE");
      put_meta(db, "rule.click_window_us", text);
      count_all_rows(db);
      db.execute("COMMIT");
    }
    expect_refused("meta has no sound \"rule.click_window_us\"");
  }
}

TEST_F(DatabaseFileTest, ALogWhoseDatabaseIsGoneIsNamedAndKept) {
  fs::remove(file_.file());
  write_file(file_.file() + "-wal", "");
  EXPECT_EQ(make_engine(file_.folder())->open(Version4Store::tenant), nullptr) << "an empty log";
  write_file(file_.file() + "-wal", "what was recorded last");
  expect_refused("-wal is there");
  EXPECT_FALSE(fs::exists(file_.file()));
  EXPECT_EQ(bytes_of_file(file_.file() + "-wal"), "what was recorded last");
  EXPECT_EQ(make_engine(file_.folder())->tenants(), std::vector<std::string>{Version4Store::tenant})
      << "a check of all tenants must come across it";
}

TEST_F(DatabaseFileTest, OnlyItsOwnerMayReadIt) {
  const auto others = fs::perms::group_all | fs::perms::others_all;
  fs::permissions(file_.file(), fs::perms::group_read | fs::perms::others_read,
                  fs::perm_options::add);
  const auto store = file_.open();
  store->begin()->commit();  // so that there is a log
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_TRUE(fs::exists(file_.file() + suffix)) << suffix;
    EXPECT_EQ(fs::status(file_.file() + suffix).permissions() & others, fs::perms::none) << suffix;
  }
}

TEST_F(DatabaseFileTest, AnotherTenantsFileIsNamedAndBothGoOn) {
  const std::string other = database_file(file_.folder(), "other");
  fs::create_directories(fs::path(other).parent_path());
  fs::copy_file(file_.file(), other);
  const std::string text = refusal("other");
  EXPECT_EQ(status_, CRM_ERR_CORRUPT);
  EXPECT_NE(text.find("holds the tenant \"demo-shop\", not \"other\""), std::string::npos) << text;
  EXPECT_EQ(Version4Store::digest_of(*file_.open()), Version4Store::digest);
}

}  // namespace
}  // namespace message_history::sqlite
