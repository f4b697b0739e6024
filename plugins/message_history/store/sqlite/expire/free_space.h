// Giving the disk back what a database no longer uses: free pages inside the file, and the log.
//
// Belongs to the writer, between transactions. Throws crm::Failure as the connection does.
#pragma once

#include <cstdint>

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// So much may stay free: it is soon used again, and giving it back would move pages for nothing.
inline constexpr std::int64_t free_bytes_min = std::int64_t{16} << 20;
inline constexpr std::int64_t free_percent = 10;  // of the file
// A log this large is emptied before a sweep goes on: while readers keep it, a sweep waits.
inline constexpr std::int64_t sweep_log_bytes_max = std::int64_t{64} << 20;

class FreeSpace {
 public:
  explicit FreeSpace(Connection& db) : db_(db) {}

  // Something was dropped: look again.
  void look_again() { is_looking_ = has_log_ = true; }
  // A slice of giving back; whether there is more to do at once.
  bool give_back_some();
  // False while the log is too large and readers keep it so.
  bool has_room_in_log();

 private:
  std::int64_t log_bytes() const;

  Connection& db_;
  bool is_looking_ = true;  // for pages; those of an earlier process as well
  bool has_log_ = false;    // what was dropped may still be in it
};

}  // namespace message_history::sqlite
