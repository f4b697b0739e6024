#include "store/sqlite/open/opening_turn.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <crm/cpp/failure.hpp>

#include <cerrno>
#include <thread>

#include "platform/folder.h"

namespace message_history::sqlite {

namespace {

constexpr std::chrono::milliseconds asked_again_after{5};

bool is_locked_now(int fd, const std::string& file) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK && errno != EINTR) io_failure(file, "lock the file", errno);
  return false;
}

}  // namespace

OpeningTurn::OpeningTurn(const std::string& folder, std::chrono::milliseconds wait_max) {
  using Clock = std::chrono::steady_clock;
  const std::string file = folder + "/opening.lock";
  fd_ = until_done([&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); });
  if (fd_ < 0) io_failure(file, "make the file", errno);
  try {
    const auto end = Clock::now() + wait_max;
    while (!is_locked_now(fd_, file)) {
      if (Clock::now() >= end) {
        throw crm::Failure(CRM_ERR_BUSY, folder +
                                             ": another process makes this tenant's database, or "
                                             "brings it to a new release; try again");
      }
      std::this_thread::sleep_for(asked_again_after);
    }
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

OpeningTurn::~OpeningTurn() {
  ::close(fd_);  // which ends the lock
}

}  // namespace message_history::sqlite
