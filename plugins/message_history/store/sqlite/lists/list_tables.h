// The tables that lists of messages are read from: places in every sort, sums by shelf and day.
//
// Part of a transaction that writes. Throws crm::Failure as the connection does.
#pragma once

#include "store/message_list.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// Moves places and sums; the words are not touched.
void move_in_lists(Connection& db, const ListChanges& changes);

// Both for a migration. Counts the tables as empty, which they are.
void count_lists(Connection& db);
// Fills the empty tables from the messages; their listed days are set.
void fill_lists(Connection& db);

}  // namespace message_history::sqlite
