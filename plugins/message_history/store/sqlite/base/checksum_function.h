// The SQL function checksum_of_row(column, ...): what a row's `crc` has to be; see row_checksum.h.
#pragma once

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// For statements of this connection from now on; may be called again. Throws as the connection
// does.
void add_checksum_function(Connection& db);

}  // namespace message_history::sqlite
