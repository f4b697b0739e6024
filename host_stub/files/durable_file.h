// Small files that are either whole or not there: exclusive creation, fsync, atomic publication.
//
// Every failure text names the path, the system's reason and a remedy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/outcome.h"

namespace host_stub {

// "cannot <action> <path>: <system's reason>; <remedy>"; NOT_FOUND, FULL and DENIED keep their
// status.
crm::Error system_failure(std::string_view action, const std::filesystem::path& path,
                          int error_number, std::string_view remedy);

// Owns a file descriptor.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileHandle();

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

crm::Result<FileHandle> open_for_reading(const std::filesystem::path& path);
// INVALID for a folder, a pipe or a device, on which reading could wait for good or never end.
crm::Result<FileHandle> open_regular_file(const std::filesystem::path& path);

// Up to `size` bytes; 0 at the end.
crm::Result<size_t> read_some(const FileHandle& file, const std::filesystem::path& path,
                              char* buffer, size_t size);

Outcome write_all(const FileHandle& file, const std::filesystem::path& path,
                  std::string_view bytes);

// The whole regular file; NOT_FOUND when there is none, FULL when it is larger than `bytes_max`.
crm::Result<std::string> read_file(const std::filesystem::path& path, uint64_t bytes_max);

// Creates a folder readable by this user alone, with its parents; an existing folder is fine.
Outcome make_private_folder(const std::filesystem::path& folder);

// "." for a name alone.
std::filesystem::path folder_of(const std::filesystem::path& path);

// Makes renames and removals in a folder durable.
Outcome sync_folder(const std::filesystem::path& folder);

Outcome remove_if_present(const std::filesystem::path& path);

// A file "<target>.tmp-<random>" beside its target, mode 0600; removed unless it was published. It
// is locked, so that what a killed process left behind can be told from what is being written.
class PendingFile {
 public:
  static crm::Result<PendingFile> create(const std::filesystem::path& target);
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile();

  Outcome write(std::string_view bytes) { return write_all(file_, path_, bytes); }
  Outcome sync();
  // Replaces what stands at the target. The caller syncs the folder.
  Outcome publish();
  // False when the target existed already; it is left as it is.
  crm::Result<bool> publish_if_absent();

 private:
  PendingFile(FileHandle file, std::filesystem::path path, std::filesystem::path target);

  FileHandle file_;
  std::filesystem::path path_;  // empty once published
  std::filesystem::path target_;
};

// Removes the pending files of a target that nobody writes any more. What cannot be removed stays.
void remove_abandoned(const std::filesystem::path& target);

// Durable when it returns: written aside, synced, renamed, folder synced.
Outcome replace_file(const std::filesystem::path& path, std::string_view bytes);

// The same for a file that must not exist yet: false when somebody else was first.
crm::Result<bool> create_file(const std::filesystem::path& path, std::string_view bytes);

// Excludes other processes from read-change-write of the files in a folder; released when
// destroyed.
class FolderLock {
 public:
  static crm::Result<FolderLock> acquire(const std::filesystem::path& folder);

 private:
  explicit FolderLock(FileHandle file) : file_(std::move(file)) {}
  FileHandle file_;
};

}  // namespace host_stub
