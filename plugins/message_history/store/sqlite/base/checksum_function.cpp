#include "store/sqlite/base/checksum_function.h"

#include <sqlite3.h>

#include "store/sqlite/base/row_checksum.h"

namespace message_history::sqlite {

namespace {

constexpr int any_number_of_columns = -1;

void answer_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
  RowChecksum checksum;
  for (int i = 0; i < count; ++i) {
    switch (sqlite3_value_type(values[i])) {
      case SQLITE_INTEGER:
        checksum.add(sqlite3_value_int64(values[i]));
        break;
      case SQLITE_NULL:
        checksum.add_null();
        break;
      default: {
        const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[i]));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
        checksum.add(bytes == nullptr ? std::string_view() : std::string_view(bytes, size));
      }
    }
  }
  sqlite3_result_int64(context, checksum.value());
}

}  // namespace

void add_checksum_function(Connection& db) {
  db.add_function("checksum_of_row", any_number_of_columns, answer_checksum, nullptr);
}

}  // namespace message_history::sqlite
