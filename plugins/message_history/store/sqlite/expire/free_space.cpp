#include "store/sqlite/expire/free_space.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

namespace message_history::sqlite {

namespace {

constexpr std::int64_t slice_pages = 128;
constexpr std::int64_t incremental = 2;  // as PRAGMA auto_vacuum tells it

}  // namespace

std::int64_t FreeSpace::log_bytes() const {
  std::error_code error;  // no log: nothing in it
  const std::uintmax_t bytes = std::filesystem::file_size(db_.file() + "-wal", error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

bool FreeSpace::has_room_in_log() {
  return log_bytes() <= sweep_log_bytes_max || db_.try_truncate_log();
}

bool FreeSpace::give_back_some() {
  if (is_looking_) {
    const std::int64_t page_bytes = db_.pragma("page_size");
    const std::int64_t free_bytes = db_.pragma("freelist_count") * page_bytes;
    const std::int64_t file_bytes = db_.pragma("page_count") * page_bytes;
    // A file of an earlier release keeps its pages, and uses them again.
    is_looking_ = free_bytes > std::max(free_bytes_min, file_bytes * free_percent / 100) &&
                  db_.pragma("auto_vacuum") == incremental;
  }
  if (is_looking_) {
    db_.execute("PRAGMA incremental_vacuum(" + std::to_string(slice_pages) + ")");
    has_log_ = true;  // the file becomes shorter when the log is moved into it
    return true;
  }
  if (has_log_ && db_.try_truncate_log()) has_log_ = false;
  return false;
}

}  // namespace message_history::sqlite
