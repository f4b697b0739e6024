// A tenant's database: making it, and what it says of itself.
//
// Throws crm::Failure as the connection does, and CORRUPT for what is damaged.
#pragma once

#include <string>
#include <string_view>

#include "store/sqlite/base/connection.h"
#include "store/store.h"

namespace message_history::sqlite {

// Makes the database of a tenant with nothing recorded.
void make_database(const std::string& file, const TenantFacts& facts);

// CORRUPT for another tenant's. Before anything is written to it.
void expect_file_of(Connection& db, std::string_view tenant);
// So that one flipped bit of the header does not turn the verifying of pages off.
void expect_page_checksums(Connection& db);

TenantFacts read_facts(Connection& db);

}  // namespace message_history::sqlite
