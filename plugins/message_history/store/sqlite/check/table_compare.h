// Compares the rows of one table in two databases.
#pragma once

#include <functional>
#include <string>

#include "store/sqlite/check/table_rows.h"

namespace message_history::sqlite {

// A checksum, which whoever reads the row checks, is no value of its own.
bool is_checksum(std::string_view column);

struct TwoDatabases {
  Connection& stored;
  Connection& counted;
};

// Visits each pair of rows with one key, NULL where one of them is missing; also equal ones. A row
// of zeros says the same as no row, except in lists.
using RowsVisit = std::function<void(const Cells* stored, const Cells* counted)>;
void each_pair(const TwoDatabases& databases, const TableShape& shape, const RowsVisit& visit);

bool are_equal(const TableShape& shape, const Cells& stored, const Cells& counted);
// Tells the difference, which there is, for people.
std::string difference_of(const TableShape& shape, const Cells* stored, const Cells* counted);

}  // namespace message_history::sqlite
