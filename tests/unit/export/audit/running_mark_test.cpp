// The mark of a running export goes with whoever holds it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crm/cpp/failure.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "export/audit/running_mark.h"
#include "support/temporary_folder.h"

namespace message_history {
namespace {

TEST(RunningMark, IsSeenAsLongAsItLives) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_marked_running(folder.path(), "one"));
  std::optional<RunningMark> one(std::in_place, folder.path(), "one");
  const RunningMark two(folder.path(), "two");
  EXPECT_TRUE(is_marked_running(folder.path(), "one"));
  one.reset();
  EXPECT_FALSE(is_marked_running(folder.path(), "one"));
  EXPECT_TRUE(is_marked_running(folder.path(), "two"));
  EXPECT_FALSE(is_marked_running(folder.path(), "three"));
}

TEST(RunningMark, GoesWithAKilledProcess) {
  const TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const RunningMark mark(folder.path(), "one");
    const auto written = write(ready[1], "x", 1);
    pause();
    _exit(written == 1 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(is_marked_running(folder.path(), "one"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_marked_running(folder.path(), "one"));
  close(ready[0]);
  close(ready[1]);
}

TEST(RunningMark, FolderThatIsNotThereIsNamed) {
  try {
    const RunningMark mark("/no/such/folder", "one");
    FAIL() << "nothing was thrown";
  } catch (const crm::Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("/no/such/folder"), std::string::npos);
  }
}

}  // namespace
}  // namespace message_history
