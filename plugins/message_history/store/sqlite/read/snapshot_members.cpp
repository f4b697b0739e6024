// Members, and what each was sent and did.
#include <sqlite3.h>

#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

std::optional<MemberRow> SqliteSnapshot::member(std::string_view member_id) {
  return find_member(db_, trees_, member_id);
}

std::optional<MemberRow> SqliteSnapshot::member(MemberNo number) {
  return member_row(db_, number);
}

// The SQL function visit_member(member_no, member, erased, crc), which is never true.
void SqliteSnapshot::visit_member(sqlite3_context* context, int, sqlite3_value** values) {
  MemberVisit& visiting = *static_cast<MemberVisit*>(sqlite3_user_data(context));
  try {
    MemberRow& row = visiting.row;
    row.number = {sqlite3_value_int64(values[0])};
    const auto* text = static_cast<const char*>(sqlite3_value_blob(values[1]));
    row.member.assign(
        text == nullptr
            ? std::string_view()
            : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(values[1]))));
    const std::int64_t erased = sqlite3_value_int64(values[2]);
    RowChecksum checksum;
    checksum.add(row.number.value).add(row.member).add(erased);
    if (checksum.value() != sqlite3_value_int64(values[3])) {
      damaged(visiting.file,
              "member row " + std::to_string(row.number.value) + " does not match its checksum");
    }
    row.erased = erased != 0;
    (*visiting.visit)(row);
    sqlite3_result_int(context, 0);
  } catch (...) {
    visiting.failure = std::current_exception();
    sqlite3_result_int(context, 1);  // ends the statement with a row
  }
}

// SQLite walks the rows within one step: an export asks for every member, and handing each over as
// a row of its own takes a twentieth of its time.
void SqliteSnapshot::each_member(MemberNo first, std::int64_t count,
                                 const std::function<void(const MemberRow&)>& visit) {
  if (!can_visit_members_) {
    db_.add_function("visit_member", 4, visit_member, &member_visit_);
    member_visit_.file = db_.file();
    can_visit_members_ = true;
  }
  Query query = db_.query(
      "SELECT 1 FROM member WHERE member_no >= ? AND member_no < ? "
      "AND visit_member(member_no, member, erased, crc) ORDER BY member_no");
  member_visit_.visit = &visit;
  member_visit_.failure = nullptr;
  query.bind(first).bind(first.value + count).step();
  if (member_visit_.failure) std::rethrow_exception(member_visit_.failure);
}

MemberNo SqliteSnapshot::last_member() {
  return {count("SELECT coalesce(max(member_no), 0) FROM member")};
}

std::vector<Delivery> SqliteSnapshot::deliveries_of(MemberNo member, std::int64_t from_us,
                                                    std::int64_t to_us, std::int64_t limit) {
  std::vector<Delivery> rows;
  for (const MemberDelivery& entry :
       newest_member_deliveries(trees_, member, from_us, to_us, limit)) {
    rows.push_back(named_delivery(trees_, entry));
  }
  return rows;
}

std::vector<TouchRow> SqliteSnapshot::touches_of(MemberNo member, std::int64_t from_us,
                                                 std::int64_t to_us, std::int64_t limit) {
  Query query = db_.verified(tables::touch,
                             "SELECT member_no, at, touch.kind, message_no, delivery_id, touch.crc "
                             "FROM touch LEFT JOIN message USING (message_no) "
                             "WHERE member_no = ? AND at BETWEEN ? AND ? "
                             "ORDER BY at DESC, touch.kind DESC, message_id DESC, delivery_id DESC "
                             "LIMIT ?");
  return rows_of(query.bind(member).bind(from_us).bind(to_us).bind(limit), read_touch);
}

}  // namespace message_history::sqlite
