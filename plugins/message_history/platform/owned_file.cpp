#include "platform/owned_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <crm/cpp/failure.hpp>

#include <cerrno>
#include <utility>

#include "platform/folder.h"

namespace message_history {

namespace {

// A link is not followed: it may lead out of the folder that is backed up.
constexpr int owned_flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

[[noreturn]] void not_a_file(const std::string& path) {
  throw crm::Failure(CRM_ERR_CORRUPT,
                     path +
                         ": a folder, a link or a device is where a file of this tenant should be; "
                         "put the file itself there again, from where it was moved or from a "
                         "backup");
}

// The number of the file, or -1 with errno. Never one of a standard stream, which a host may have
// closed: what anything in its process prints would go into the file.
int open_file(const char* path, int flags) {
  const int fd = until_done([&] { return ::open(path, flags, 0600); });
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return moved;
}

}  // namespace

OwnedFile::~OwnedFile() {
  if (fd_ >= 0) ::close(fd_);
}

OwnedFile::OwnedFile(OwnedFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

void OwnedFile::open() {
  if (fd_ >= 0) return;
  fd_ = open_file(path_.c_str(), owned_flags);
  const bool is_missing = fd_ < 0 && errno == ENOENT;
  if (is_missing) fd_ = open_file(path_.c_str(), owned_flags | O_CREAT);
  if (fd_ < 0) {
    if (errno == EISDIR || errno == ELOOP || errno == ENXIO) not_a_file(path_);
    io_failure(path_, is_missing ? "make the file" : "open the file", errno);
  }
  struct stat status {};
  if (::fstat(fd_, &status) != 0) io_failure(path_, "look at the file", errno);
  if (!S_ISREG(status.st_mode)) not_a_file(path_);
  if (is_missing) sync_folder(path_.substr(0, path_.rfind('/') + 1));
}

bool OwnedFile::try_lock() {
  if (until_done([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno != EWOULDBLOCK) io_failure(path_, "lock the file", errno);
  return false;
}

bool OwnedFile::is_empty() const {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return errno == ENOENT;
  return S_ISREG(status.st_mode) && status.st_size == 0;
}

std::string OwnedFile::contents() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) io_failure(path_, "look at the file", errno);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t got = ::pread(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) io_failure(path_, "read the file", errno);
    if (got == 0) bytes.resize(at);  // cut off meanwhile: what is there is judged by itself
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

void OwnedFile::write(std::string_view bytes, std::uint64_t at) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t put =
        ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) io_failure(path_, "write the file", errno);
    done += static_cast<std::size_t>(put);
  }
}

void OwnedFile::sync() {
  if (until_done([&] { return ::fdatasync(fd_); }) != 0) io_failure(path_, "sync the file", errno);
}

void OwnedFile::truncate(std::uint64_t bytes) {
  const auto cut = [&] { return ::ftruncate(fd_, static_cast<off_t>(bytes)); };
  if (until_done(cut) != 0) io_failure(path_, "cut the file", errno);
}

}  // namespace message_history
