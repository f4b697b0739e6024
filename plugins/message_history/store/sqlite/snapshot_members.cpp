// Members, and what each was sent and did.
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

MemberRow read_member(Query& query) {
  MemberRow row;
  row.number = query.number<MemberNo>();
  row.member = query.text();
  row.erased = query.integer() != 0;
  return row;
}

}  // namespace

std::optional<MemberRow> SqliteSnapshot::member(std::string_view member_id) {
  Query query = db_.query("SELECT member_no, member, erased FROM member WHERE member = ?");
  return row_of(query.bind(member_id), read_member);
}

std::optional<MemberRow> SqliteSnapshot::member(MemberNo number) {
  Query query = db_.query("SELECT member_no, member, erased FROM member WHERE member_no = ?");
  return row_of(query.bind(number), read_member);
}

std::vector<Delivery> SqliteSnapshot::deliveries_of(MemberNo member, std::int64_t from_us,
                                                    std::int64_t to_us, std::int64_t limit) {
  // LEFT JOIN, so that a line of the index without its delivery is CORRUPT and not left out.
  Query query =
      db_.query("SELECT " MH_DELIVERY_COLUMNS
                " FROM (SELECT at AS listed_at, message_no, delivery_id FROM member_delivery "
                "WHERE member_no = ? AND at BETWEEN ? AND ? "
                "ORDER BY at DESC, message_no DESC, delivery_id DESC LIMIT ?) "
                "LEFT JOIN delivery USING (message_no, delivery_id) "
                "ORDER BY listed_at DESC, message_no DESC, delivery_id DESC");
  return rows_of(query.bind(member).bind(from_us).bind(to_us).bind(limit), read_delivery);
}

std::vector<TouchRow> SqliteSnapshot::touches_of(MemberNo member, std::int64_t from_us,
                                                 std::int64_t to_us, std::int64_t limit) {
  Query query = db_.query("SELECT " MH_TOUCH_COLUMNS
                          " FROM touch WHERE member_no = ? AND at BETWEEN ? AND ? "
                          "ORDER BY at DESC, kind DESC, message_no DESC, delivery_id DESC LIMIT ?");
  return rows_of(query.bind(member).bind(from_us).bind(to_us).bind(limit), read_touch);
}

}  // namespace message_history::sqlite
