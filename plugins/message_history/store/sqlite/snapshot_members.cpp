// Members, and what each was sent and did.
#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/snapshot_rows.h"
#include "store/sqlite/tree_queries.h"

namespace message_history::sqlite {

std::optional<MemberRow> SqliteSnapshot::member(std::string_view member_id) {
  return find_member(db_, trees_, member_id);
}

std::optional<MemberRow> SqliteSnapshot::member(MemberNo number) {
  return member_row(db_, number);
}

std::vector<MemberRow> SqliteSnapshot::members_from(MemberNo first, std::int64_t count) {
  std::vector<MemberRow> rows;
  Query query = db_.query(
      "SELECT member_no, member, erased FROM member WHERE member_no >= ? AND member_no < ? "
      "ORDER BY member_no");
  query.bind(first).bind(first.value + count);
  while (query.step()) {
    MemberRow& row = rows.emplace_back();
    row.number = query.number<MemberNo>();
    row.member = query.text();
    row.erased = query.integer() != 0;
  }
  return rows;
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
  Query query = db_.query("SELECT " MH_TOUCH_COLUMNS
                          " FROM touch WHERE member_no = ? AND at BETWEEN ? AND ? "
                          "ORDER BY at DESC, kind DESC, message_no DESC, delivery_id DESC LIMIT ?");
  return rows_of(query.bind(member).bind(from_us).bind(to_us).bind(limit), read_touch);
}

}  // namespace message_history::sqlite
