// Rows of counters that are changed in place.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>

#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/table.h"

namespace message_history::sqlite {

inline constexpr std::size_t counters_max = 8;
using Counters = std::array<std::int64_t, counters_max>;

// Adds to the counters after the key of a row, which is made when it is not there; returns what
// they are now. `bind_key` binds the columns of the key to a query.
template <class BindKey>
Counters add_to_row(Connection& db, const Table& table, const BindKey& bind_key,
                    std::initializer_list<std::int64_t> changes) {
  assert(table.key_columns + changes.size() == table.column_count());
  Counters counters{};
  std::copy(changes.begin(), changes.end(), counters.begin());
  bool is_known = false;
  {
    Query found = db.find(table);
    bind_key(found);
    is_known = found.step();
    if (is_known) {
      found.skip(static_cast<int>(table.key_columns));
      for (std::size_t i = 0; i < changes.size(); ++i) counters[i] += found.integer();
    }
  }
  Query query = is_known ? db.change(table) : db.add(table);
  bind_key(query);
  for (std::size_t i = 0; i < changes.size(); ++i) query.bind(counters[i]);
  query.run();
  return counters;
}

}  // namespace message_history::sqlite
