// While it lives, what a connection deletes is overwritten, whole pages as well: for rows that hold
// a member's id. Outside of it, pages that become free keep their bytes until they are used again.
#pragma once

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

class Overwriting {
 public:
  explicit Overwriting(Connection& db) : db_(db) { db_.execute("PRAGMA secure_delete=ON"); }
  ~Overwriting() {
    try {
      db_.execute("PRAGMA secure_delete=FAST");
    } catch (...) {
      // It stays slower, and as safe.
    }
  }
  Overwriting(const Overwriting&) = delete;
  Overwriting& operator=(const Overwriting&) = delete;

 private:
  Connection& db_;
};

}  // namespace message_history::sqlite
