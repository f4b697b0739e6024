// Says in `meta` which erasures are not complete, in the transactions that erase and that find
// nothing left.
#pragma once

#include "store/rows.h"
#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

PendingScrub read_pending_scrub(Connection& db);
void save_pending_scrub(Connection& db, const PendingScrub& pending);

}  // namespace message_history::sqlite
