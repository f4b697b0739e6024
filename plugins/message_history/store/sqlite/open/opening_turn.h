// A process's turn to make a tenant's database or to bring it to this release's schema.
//
// Others wait for it, in this process and in any other. The lock is on a file beside the database
// ("opening.lock") and ends with its process. Errors: BUSY after a few seconds of waiting, IO.
#pragma once

#include <chrono>
#include <string>

namespace message_history::sqlite {

inline constexpr std::chrono::seconds opening_wait_max{10};

class OpeningTurn {
 public:
  // The tenant's folder exists.
  explicit OpeningTurn(const std::string& folder,
                       std::chrono::milliseconds wait_max = opening_wait_max);
  ~OpeningTurn();
  OpeningTurn(const OpeningTurn&) = delete;
  OpeningTurn& operator=(const OpeningTurn&) = delete;

 private:
  int fd_;
};

}  // namespace message_history::sqlite
