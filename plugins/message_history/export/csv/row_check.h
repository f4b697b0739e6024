// Compares the rows of an export with the counters of its message. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "export/csv/row_tally.h"
#include "store/rows.h"

namespace message_history {

// The counters that recording kept of one message.
struct CountedMessage {
  const MessageRow& message;
  const MoneyByCurrency& money;
  std::int64_t failed_attempts = 0;
  std::int64_t kept_from_us = 0;  // details of before are dropped; 0 while everything is kept
};

// Names each difference, streamed against counted; empty when there is none. `rows_written` is how
// many rows the writer took.
//
// Details that retention dropped stay in the counters, so of a message that began before
// `kept_from_us` the counters are only an upper bound, and of its recipients only all of them
// together: of a chain that was cut in two, the outcome of the half that is left may be another.
// Erased members make no difference: their deliveries and orders stay, under a pseudonym.
std::string row_differences(const RowTally& streamed, std::int64_t rows_written,
                            const CountedMessage& counted);

}  // namespace message_history
