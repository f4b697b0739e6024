// Fills the tables that version 8 added in a file of an earlier one.
#pragma once

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// The shop's sales by day, orders by what led to them, and orders with a refund in another
// currency, from the orders, refunds and credits that are there. What the shop sold before they
// were kept lies on the day before the first that is kept, so that all days add up to what it sold.
void fill_period_figures(Connection& db);

// Notes in a file that counts its rows that these tables are still empty.
void count_period_figures(Connection& db);

}  // namespace message_history::sqlite
