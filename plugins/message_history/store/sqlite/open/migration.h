// Brings a database to this release's schema. Throws crm::Failure as the connection does, and
// CORRUPT for what is damaged already.
#pragma once

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

// For a thread whose turn it is to open the tenant, or that has the file for itself. VERSION for a
// file of a newer release.
void migrate(Connection& db);

// The functions below rewrite rows where statements alone cannot, inside the transaction of the
// migration.

// Version 4 to 5: blocks are numbered and counted, and tied to their runs.
void number_blocks(Connection& db);

// Version 5 to 6: gives every row its checksum.
void add_checksums(Connection& db);

// Version 8 to 9: erasures have another column. CORRUPT when one is damaged or missing already.
void add_hashes_of_erased_ids(Connection& db);
// Version 10 to 11: pages with members' ids are written anew, so that nothing is left in them of
// ids that are gone; see row_remains.h. Until the log is in the file, erasures are not complete.
void write_ids_anew(Connection& db);
// Gives every row of a table the checksum of these columns, and counts the table anew.
void renew_checksums(Connection& db, const Table& table);

}  // namespace message_history::sqlite
