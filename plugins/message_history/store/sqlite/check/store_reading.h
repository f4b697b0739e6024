// Store reading: reads every page, row and block of a tenant's database and says what is damaged,
// without recounting anything.
#pragma once

#include <cstdint>

#include "store/maintenance.h"
#include "store/sqlite/index/tree_set.h"

namespace message_history::sqlite {

// Stands in place of a table's name in findings about pages.
inline constexpr const char* page_finding = "page";

// "tree chain".
std::string name_of(Tree tree);
// Deliveries are the only facts that a tree holds.
Finding::Part part_of(Tree tree);

// The connection reads pages whether they match their checksums or not. Returns how many rows and
// blocks were read. What cannot be read any further is a finding, too. Counters that hold what
// retention `has_dropped` are facts: nothing can recount them.
std::int64_t read_everything(Connection& db, TreeSet& trees, bool has_dropped,
                             const FindingSink& sink);

}  // namespace message_history::sqlite
