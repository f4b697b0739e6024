// What messages did in a span of days, looked up message by message: for kinds whose messages are
// many and act on few days each, so that no sums by day are kept for them.
#pragma once

#include <cstdint>
#include <vector>

#include "store/snapshot.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// Messages of a kind with anything in the days, in no order; some `limit` of them when there are
// more.
std::vector<PeriodRow> period_by_message(Connection& db, MessageKind kind, const DaySpan& days,
                                         std::int64_t limit);

// Adds the messages of the kind that are listed in the days, unless they are there.
void add_listed(Connection& db, MessageKind kind, const DaySpan& days, std::int64_t limit,
                std::vector<PeriodRow>& rows);

}  // namespace message_history::sqlite
