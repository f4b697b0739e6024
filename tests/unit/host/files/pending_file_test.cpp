// Pending files: published whole, removed when given up, and cleared away after a kill.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "files/durable_file.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

namespace fs = std::filesystem;

class Pending : public testing::Test {
 protected:
  fs::path file(const std::string& name) const { return fs::path(folder_.path()) / name; }
  void write(const std::string& name) const { std::ofstream(file(name)) << "left"; }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      all.insert(entry.path().filename());
    }
    return all;
  }

  TemporaryFolder folder_;
};

TEST_F(Pending, IsRemovedUnlessItIsPublished) {
  { EXPECT_TRUE(PendingFile::create(file("o.csv")).ok()); }
  EXPECT_EQ(names(), std::set<std::string>{});
  {
    auto pending = PendingFile::create(file("o.csv"));
    EXPECT_TRUE(pending.value().publish());
  }
  EXPECT_EQ(names(), std::set<std::string>{"o.csv"});
}

TEST_F(Pending, OfAKilledProcessIsClearedAway) {
  write("o.csv.tmp-0011223344556677");
  write("o.csv.tmp-8899aabbccddeeff");
  remove_abandoned(file("o.csv"));
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(Pending, OfALivingProcessStays) {
  auto pending = PendingFile::create(file("o.csv"));
  write("o.csv.tmp-0011223344556677");
  remove_abandoned(file("o.csv"));
  EXPECT_EQ(names().size(), 1U);
  EXPECT_TRUE(pending.value().write("whole"));
  EXPECT_TRUE(pending.value().publish());
  EXPECT_EQ(names(), std::set<std::string>{"o.csv"});
}

TEST_F(Pending, OfOtherTargetsAndOtherFilesStay) {
  const std::set<std::string> others = {"o.csv", "o.csv.jws", "o.csv.jws.tmp-0011223344556677",
                                        "other.csv.tmp-0011223344556677", "o.csv.tmp"};
  for (const std::string& name : others) write(name);
  fs::create_directory(file("o.csv.tmp-folder"));
  remove_abandoned(file("o.csv"));
  fs::remove(file("o.csv.tmp-folder"));
  EXPECT_EQ(names(), others);
}

TEST_F(Pending, IsNotLookedForInAFolderThatIsNotThere) {
  remove_abandoned("/no/such/folder/o.csv");
}

}  // namespace
}  // namespace host_stub
