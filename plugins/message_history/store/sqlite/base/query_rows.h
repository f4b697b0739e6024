// Collecting the rows of a bound query, for snapshots and the writer.
#pragma once

#include <optional>
#include <vector>

#include "store/sqlite/base/connection.h"

namespace message_history::sqlite {

template <class Row>
std::vector<Row> rows_of(Query& query, Row (*read)(Query&)) {
  std::vector<Row> rows;
  while (query.step()) rows.push_back(read(query));
  return rows;
}

template <class Row>
std::optional<Row> row_of(Query& query, Row (*read)(Query&)) {
  if (!query.step()) return {};
  return read(query);
}

}  // namespace message_history::sqlite
