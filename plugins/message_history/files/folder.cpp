#include "files/folder.h"

#include <fcntl.h>
#include <unistd.h>
#include <crm/cpp/failure.hpp>

#include <cerrno>
#include <cstring>

namespace message_history {

void io_failure(const std::string& path, const std::string& what, int error) {
  throw crm::Failure(error == ENOSPC || error == EDQUOT ? CRM_ERR_FULL : CRM_ERR_IO,
                     path + ": cannot " + what + ": " + std::strerror(error) +
                         "; make the folder writable for this process and free disk space");
}

void sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) io_failure(path, "open the folder", errno);
  const int status = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (status != 0) io_failure(path, "sync the folder", error);
}

}  // namespace message_history
