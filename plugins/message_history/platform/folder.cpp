#include "platform/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace message_history {

NoFilesLeft::NoFilesLeft(const std::string& path)
    : crm::Failure(CRM_ERR_BUSY,
                   path +
                       ": this process may not open another file; raise its limit of open files "
                       "(ulimit -n), or try again") {}

bool are_no_files_left() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == EMFILE || errno == ENFILE;
  ::close(fd);
  return false;
}

void io_failure(const std::string& path, const std::string& what, int error) {
  if (error == EMFILE || error == ENFILE) throw NoFilesLeft(path);
  throw crm::Failure(error == ENOSPC || error == EDQUOT ? CRM_ERR_FULL : CRM_ERR_IO,
                     path + ": cannot " + what + ": " + std::strerror(error) +
                         "; make the folder writable for this process and free disk space");
}

void sync_folder(const std::string& path) {
  const int fd =
      until_done([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) io_failure(path, "open the folder", errno);
  const int status = until_done([&] { return ::fsync(fd); });
  const int error = errno;
  ::close(fd);
  if (status != 0) io_failure(path, "sync the folder", error);
}

void make_private_file(const std::string& path) {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const int fd = until_done([&] { return ::open(path.c_str(), flags, 0600); });
  if (fd < 0) io_failure(path, "make the file", errno);
  ::close(fd);
}

void withdraw_access(const std::string& path) noexcept {
  constexpr mode_t of_others = S_IRWXG | S_IRWXO;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if ((status.st_mode & of_others) == 0) return;
  ::chmod(path.c_str(), status.st_mode & ~of_others & ALLPERMS);
}

}  // namespace message_history
