// The tables of members who clicked on several days.
#pragma once

#include "store/rows.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// Adds to the sums by period.
void add_to_periods(Connection& db, MessageNo message, const ClickedAgain& days,
                    std::int64_t change);

// Notes that both tables are counted, and empty; for a database that has just got them.
void count_clicked_again(Connection& db);

// Fills both, which are empty, from the clicks that are kept, for a database of before version 7.
void fill_clicked_again(Connection& db);

}  // namespace message_history::sqlite
