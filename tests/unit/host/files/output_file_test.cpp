// A file that a person names is written where the name leads, and nothing else is replaced.
#include "files/output_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "files/durable_file.h"
#include "support/temporary_folder.h"

namespace host_stub {
namespace {

namespace fs = std::filesystem;

class OutputFile : public testing::Test {
 protected:
  fs::path at(const char* name) const { return fs::path(folder_.path()) / name; }

  void expect_refused(const fs::path& name, const char* what) {
    const auto target = output_file(name, "name a regular file");
    ASSERT_FALSE(target) << name << " is taken as " << target.value();
    EXPECT_NE(target.error().detail.find(name.string()), std::string::npos);
    EXPECT_NE(target.error().detail.find(what), std::string::npos) << target.error().detail;
    EXPECT_NE(target.error().detail.find("name a regular file"), std::string::npos);
  }

  void expect_target(const fs::path& name, const fs::path& wanted) {
    const auto target = output_file(name, "");
    ASSERT_TRUE(target) << target.error().detail;
    EXPECT_EQ(fs::weakly_canonical(target.value()), fs::weakly_canonical(wanted));
  }

  TemporaryFolder folder_;
};

TEST_F(OutputFile, RegularFilesAndNewNamesAreTaken) {
  std::ofstream(at("old.csv")) << "x";
  expect_target(at("old.csv"), at("old.csv"));
  expect_target(at("new.csv"), at("new.csv"));
  expect_target("new.csv", "new.csv");
}

TEST_F(OutputFile, LinksAreFollowed) {
  std::ofstream(at("real.csv")) << "x";
  fs::create_directory(at("sub"));
  fs::create_symlink("../real.csv", at("sub/link.csv"));
  fs::create_symlink(at("sub/link.csv"), at("chain.csv"));
  fs::create_symlink("later.csv", at("dangling.csv"));
  fs::create_directory_symlink(at("sub"), at("folder-link"));
  expect_target(at("sub/link.csv"), at("real.csv"));
  expect_target(at("chain.csv"), at("real.csv"));
  expect_target(at("dangling.csv"), at("later.csv"));
  expect_target(at("folder-link/new.csv"), at("sub/new.csv"));
}

TEST_F(OutputFile, WhatIsNoFileIsRefusedByName) {
  fs::create_directory(at("folder"));
  ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
  const int socket_handle = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(socket_handle, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  close(socket_handle);
  fs::create_symlink(at("pipe"), at("link-to-pipe"));
  fs::create_symlink("/dev/null", at("link-to-device"));
  fs::create_symlink("loop", at("loop"));
  expect_refused(at("folder"), "a folder");
  expect_refused(at("folder") / "", "a folder");
  expect_refused(at("pipe"), "a pipe");
  expect_refused(at("socket"), "a socket");
  expect_refused(at("link-to-pipe"), "a pipe");
  expect_refused(at("link-to-device"), "of the kernel");
  expect_refused(at("loop"), "a link that leads nowhere");
  for (const char* name :
       {"/dev/stdout", "/dev/full", "/dev/fd/1", "/proc/self/fd/1", "/dev/new"}) {
    expect_refused(name, "of the kernel");
  }
}

TEST_F(OutputFile, WhatOthersNamedLikeATemporaryFileStays) {
  const char* const names[] = {"m.csv.tmp-notes", "m.csv.tmp-0123456789abcdeg", "m.csv.tmp-",
                               "m.csv.tmp-0123456789abcdef0", "other.csv.tmp-0123456789abcdef"};
  for (const char* name : names) std::ofstream(at(name)) << "x";
  std::ofstream(at("m.csv.tmp-0123456789abcdef")) << "x";
  ASSERT_EQ(mkfifo(at("m.csv.tmp-aaaaaaaaaaaaaaaa").c_str(), 0600), 0);
  remove_abandoned(at("m.csv"));
  for (const char* name : names) EXPECT_TRUE(fs::exists(at(name))) << name;
  EXPECT_FALSE(fs::exists(at("m.csv.tmp-0123456789abcdef")));
}

}  // namespace
}  // namespace host_stub
