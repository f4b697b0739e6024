// From when on the store keeps details, and where the sweep stands that drops what is older.
//
// Kept in `meta`, so that it moves on in the transaction that does the work.
#pragma once

#include <cstdint>
#include <string>

#include "store/rows.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// In this order. Members' deliveries go before the deliveries they name, and members last.
enum class SweepPhase : std::uint8_t {
  none = 0,
  member_deliveries = 1,
  deliveries = 2,
  touches = 3,
  orders = 4,
  refunds = 5,
  quarantine = 6,
  members = 7,
};

struct Retention {
  std::int64_t kept_from_us = 0;       // what is older has expired; 0: everything is kept
  std::int64_t dropped_before_us = 0;  // of what is older, something may be gone; 0: nothing is
  SweepPhase phase = SweepPhase::none;
  std::string after;  // the last thing this phase has looked at

  bool is_sweeping() const { return phase != SweepPhase::none; }
  // True when a sweep of what is older than this is to begin.
  bool begins_with(std::int64_t next_kept_from_us) const {
    return !is_sweeping() && next_kept_from_us > kept_from_us;
  }
  // Whether some of it may still be there.
  bool hides(std::int64_t at_us) const { return is_sweeping() && at_us < kept_from_us; }
  void begin(SweepPhase next) {
    phase = next;
    after.clear();
  }
};

Retention read_retention(Connection& db);
void save_retention(Connection& db, const Retention& retention);

TrustedTime read_trusted_time(Connection& db);
void save_trusted_time(Connection& db, const TrustedTime& time);

}  // namespace message_history::sqlite
