// A file that belongs to one process at a time, written at places of its choice and synced.
//
// Not thread-safe. Errors: crm::Failure with IO or FULL as the disk says, and CORRUPT when a
// folder, a link or a device is in the file's place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace message_history {

class OwnedFile {
 public:
  explicit OwnedFile(std::string path) : path_(std::move(path)) {}
  ~OwnedFile();
  OwnedFile(OwnedFile&& other) noexcept;
  OwnedFile& operator=(OwnedFile&&) = delete;

  void open();  // makes it when it is missing; does nothing when it is open
  // False when another process has it.
  bool try_lock();
  // For one that is not open. True also when it is missing.
  bool is_empty() const;

  std::string contents() const;
  void write(std::string_view bytes, std::uint64_t at);
  void sync();
  void truncate(std::uint64_t bytes);

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace message_history
