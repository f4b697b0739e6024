#include "commands/export_files.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

namespace host_stub {
namespace {

int is_cancelled_after(int signal_number) {
  const ExportFiles files("never-written.csv");
  raise(signal_number);
  return files.writer().cancelled(&files.writer());
}

// The plugin first asks when the export is on record and its first rows are made.
TEST(HostExportFilesDeathTest, ASignalBeforeThePluginAsksCancelsTheExport) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(std::_Exit(10 + is_cancelled_after(signal_number)), testing::ExitedWithCode(11),
                "");
  }
}

}  // namespace
}  // namespace host_stub
