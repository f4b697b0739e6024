#include "files/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "files/random_bytes.h"

namespace host_stub {

namespace fs = std::filesystem;

namespace {

constexpr mode_t private_file = 0600;
constexpr mode_t private_folder = 0700;
constexpr std::string_view pending_suffix = ".tmp-";
constexpr size_t pending_random_bytes = 8;

int32_t status_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return CRM_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
      return CRM_ERR_DENIED;
    case ENOSPC:
    case EDQUOT:
      return CRM_ERR_FULL;
    default:
      return CRM_ERR_IO;
  }
}

// Makes a call of the system again while a signal interrupts it. Returns its answer.
template <class Call>
int until_done(Call call) {
  int answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

// True for a name that PendingFile gives a file of this target; other names are people's own.
bool is_pending_name(std::string_view name, std::string_view target) {
  if (!name.starts_with(target)) return false;
  name.remove_prefix(target.size());
  if (!name.starts_with(pending_suffix)) return false;
  name.remove_prefix(pending_suffix.size());
  return name.size() == 2 * pending_random_bytes &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

crm::Error system_failure(std::string_view action, const fs::path& path, int error_number,
                          std::string_view remedy) {
  return failure(status_of(error_number),
                 fmt::format("cannot {} {}: {}; {}", action, path.string(),
                             std::generic_category().message(error_number), remedy));
}

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) close(descriptor_);
}

crm::Result<FileHandle> open_for_reading(const fs::path& path) {
  FileHandle file(until_done([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file.is_open()) {
    return system_failure("open", path, errno, "check the name and the permissions");
  }
  return file;
}

crm::Result<FileHandle> open_regular_file(const fs::path& path) {
  // A pipe would wait here for somebody who writes.
  FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open() && errno != ENXIO) {
    return system_failure("open", path, errno, "check the name and the permissions");
  }
  struct stat state {};
  if (!file.is_open() || fstat(file.get(), &state) != 0 || !S_ISREG(state.st_mode)) {
    return failure(
        CRM_ERR_INVALID,
        fmt::format("cannot read {}: it is no regular file; name a file", path.string()));
  }
  return file;
}

crm::Result<size_t> read_some(const FileHandle& file, const fs::path& path, char* buffer,
                              size_t size) {
  for (;;) {
    const ssize_t got = read(file.get(), buffer, size);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return system_failure("read", path, errno, "check the file and its disk");
  }
}

Outcome write_all(const FileHandle& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("write", path, errno, "free some space and try again");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return done();
}

crm::Result<std::string> read_file(const fs::path& path, uint64_t bytes_max) {
  auto file = open_regular_file(path);
  if (!file) return file.error();
  std::string bytes;
  char buffer[16384];
  for (;;) {
    const auto got = read_some(file.value(), path, buffer, sizeof(buffer));
    if (!got) return got.error();
    if (got.value() == 0) return bytes;
    if (got.value() > bytes_max - bytes.size()) {
      return failure(CRM_ERR_FULL, fmt::format("{} is larger than {} bytes; is it the right file?",
                                               path.string(), bytes_max));
    }
    bytes.append(buffer, got.value());
  }
}

Outcome make_private_folder(const fs::path& folder) {
  if (mkdir(folder.c_str(), private_folder) == 0) return done();
  if (errno == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    if (auto parent = make_private_folder(folder.parent_path()); !parent) return parent;
    if (mkdir(folder.c_str(), private_folder) == 0) return done();
  }
  if (errno != EEXIST) {
    return system_failure("create folder", folder, errno, "check the permissions of its parent");
  }
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return done();
  return system_failure("create folder", folder, ENOTDIR, "move the file of that name away");
}

Outcome sync_folder(const fs::path& folder) {
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const FileHandle handle(until_done([&] { return open(folder.c_str(), flags); }));
  if (!handle.is_open() || until_done([&] { return fsync(handle.get()); }) != 0) {
    return system_failure("sync folder", folder, errno, "check its disk");
  }
  return done();
}

Outcome remove_if_present(const fs::path& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return done();
  return system_failure("remove", path, errno, "check the permissions of its folder");
}

PendingFile::PendingFile(FileHandle file, fs::path path, fs::path target)
    : file_(std::move(file)), path_(std::move(path)), target_(std::move(target)) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::exchange(other.path_, {})),
      target_(std::move(other.target_)) {}

PendingFile::~PendingFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

crm::Result<PendingFile> PendingFile::create(const fs::path& target) {
  for (;;) {
    const fs::path path =
        target.string() + std::string(pending_suffix) + to_hex(random_bytes(pending_random_bytes));
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    FileHandle file(until_done([&] { return open(path.c_str(), flags, private_file); }));
    if (!file.is_open()) {
      return system_failure("create", path, errno, "check that its folder exists and is writable");
    }
    flock(file.get(), LOCK_EX | LOCK_NB);
    // Whoever removes abandoned files may have taken it for one before it was locked.
    struct stat state {};
    const bool is_removed = fstat(file.get(), &state) == 0 && state.st_nlink == 0;
    if (!is_removed) return PendingFile(std::move(file), path, target);
  }
}

void remove_abandoned(const fs::path& target) {
  const std::string name = target.filename().string();
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(target), error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_pending_name(entry->path().filename().string(), name)) continue;
    const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const FileHandle file(open(entry->path().c_str(), flags));
    if (file.is_open() && flock(file.get(), LOCK_EX | LOCK_NB) == 0) unlink(entry->path().c_str());
  }
}

Outcome PendingFile::sync() {
  if (until_done([&] { return fsync(file_.get()); }) == 0) return done();
  return system_failure("sync", path_, errno, "check its disk");
}

Outcome PendingFile::publish() {
  if (rename(path_.c_str(), target_.c_str()) != 0) {
    return system_failure("rename to", target_, errno, "check what stands at that name");
  }
  path_.clear();
  return done();
}

crm::Result<bool> PendingFile::publish_if_absent() {
  if (link(path_.c_str(), target_.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  return system_failure("link to", target_, errno, "use a file system with hard links");
}

Outcome replace_file(const fs::path& path, std::string_view bytes) {
  auto pending = PendingFile::create(path);
  if (!pending) return pending.error();
  if (auto written = pending.value().write(bytes); !written) return written;
  if (auto synced = pending.value().sync(); !synced) return synced;
  if (auto published = pending.value().publish(); !published) return published;
  return sync_folder(folder_of(path));
}

crm::Result<bool> create_file(const fs::path& path, std::string_view bytes) {
  auto pending = PendingFile::create(path);
  if (!pending) return pending.error();
  if (auto written = pending.value().write(bytes); !written) return written.error();
  if (auto synced = pending.value().sync(); !synced) return synced.error();
  const auto published = pending.value().publish_if_absent();
  if (!published || !published.value()) return published;
  if (auto synced = sync_folder(folder_of(path)); !synced) return synced.error();
  return true;
}

crm::Result<FolderLock> FolderLock::acquire(const fs::path& folder) {
  const fs::path path = folder / ".lock";
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC;
  FileHandle file(until_done([&] { return open(path.c_str(), flags, private_file); }));
  if (!file.is_open()) return system_failure("open", path, errno, "check the folder's permissions");
  if (until_done([&] { return flock(file.get(), LOCK_EX); }) != 0) {
    return system_failure("lock", path, errno, "use a file system with advisory locks");
  }
  return FolderLock(std::move(file));
}

}  // namespace host_stub
