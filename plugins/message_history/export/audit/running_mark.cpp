#include "export/audit/running_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "platform/folder.h"

namespace message_history {

namespace {

constexpr mode_t private_file = 0600;

// Which byte stands for the export: its id is random, so no two share one.
off_t place_of(std::string_view export_id) {
  std::uint64_t place = 0;
  for (const char c : export_id) place = place * 31 + static_cast<unsigned char>(c);
  return static_cast<off_t>(place >> 2U);
}

// Locks belong to the open file and not to the process, so that threads exclude each other too.
struct flock byte_of(std::string_view export_id) {
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = place_of(export_id);
  byte.l_len = 1;
  return byte;
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& folder)
      : path_(folder + "/exports.lock"), file_(until_done([&] {
          return ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, private_file);
        })) {
    if (file_ < 0) io_failure(path_, "open the file", errno);
  }
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  void control(int command, struct flock& byte) const {
    if (until_done([&] { return ::fcntl(file_, command, &byte); }) != 0)
      io_failure(path_, "lock the file", errno);
  }
  int release() { return std::exchange(file_, -1); }

 private:
  const std::string path_;
  int file_;
};

}  // namespace

RunningMark::RunningMark(const std::string& folder, std::string_view export_id) {
  OpenFile file(folder);
  struct flock byte = byte_of(export_id);
  file.control(F_OFD_SETLK, byte);
  file_ = file.release();
}

RunningMark::~RunningMark() {
  ::close(file_);
}

bool is_marked_running(const std::string& folder, std::string_view export_id) {
  struct flock byte = byte_of(export_id);
  OpenFile(folder).control(F_OFD_GETLK, byte);
  return byte.l_type != F_UNLCK;
}

}  // namespace message_history
