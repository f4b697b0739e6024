// The SQLite side of WriteTransaction.
#pragma once

#include <memory>

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace message_history::sqlite {

// Begins at once (BEGIN IMMEDIATE). `db` outlives the transaction and is not used beside it.
std::unique_ptr<WriteTransaction> make_writer(Connection& db);

}  // namespace message_history::sqlite
