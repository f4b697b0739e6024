#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

bool SqliteWriter::add_touch(const TouchRow& row) {
  Query query = db_.add_new(tables::touch);
  query.bind(row.member)
      .bind(row.at_us)
      .bind(static_cast<std::int64_t>(row.kind))
      .bind(row.message)
      .bind(row.delivery_id)
      .run();
  return query.changes() > 0;
}

void SqliteWriter::remove_touch(const TouchRow& row) {
  db_.remove(tables::touch)
      .bind(row.member)
      .bind(row.at_us)
      .bind(static_cast<std::int64_t>(row.kind))
      .bind(row.message)
      .bind(row.delivery_id)
      .run();
}

std::vector<TouchRow> SqliteWriter::touches_of(MemberNo member, Span span) {
  Query query = db_.rows(tables::touch, "WHERE member_no = ? AND at BETWEEN ? AND ?");
  span = kept_part(span);
  return rows_of(query.bind(member).bind(span.from_us).bind(span.to_us), read_touch);
}

bool SqliteWriter::has_touch(MemberNo member, Span span) {
  Query query = db_.rows(tables::touch, "WHERE member_no = ? AND at BETWEEN ? AND ? LIMIT 1");
  span = kept_part(span);
  return query.bind(member).bind(span.from_us).bind(span.to_us).step();
}

// By name: of the member's touches most may be of other kinds.
#define MH_TOUCHES_OF_KIND "INDEXED BY touch_by_kind WHERE member_no = ? AND kind = ? "

std::vector<TouchRow> SqliteWriter::latest_touches(MemberNo member, TouchKind kind, Span span) {
  span = kept_part(span);
  if (kind == TouchKind::delivered) return latest_reached(member, span);
  const auto kind_number = static_cast<std::int64_t>(kind);
  std::vector<TouchRow> latest;
  {
    Query query = db_.rows(tables::touch, MH_TOUCHES_OF_KIND
                           "AND at BETWEEN ? AND ? "
                           "ORDER BY at DESC, message_no DESC, delivery_id DESC LIMIT 1");
    query.bind(member).bind(kind_number).bind(span.from_us).bind(span.to_us);
    if (query.step()) latest.push_back(read_touch(query));
  }
  while (!latest.empty()) {
    Query query = db_.rows(tables::touch, MH_TOUCHES_OF_KIND
                           "AND at = ? AND message_no < ? "
                           "ORDER BY message_no DESC, delivery_id DESC LIMIT 1");
    query.bind(member).bind(kind_number).bind(latest.back().at_us).bind(latest.back().message);
    if (!query.step()) break;
    latest.push_back(read_touch(query));
  }
  return latest;
}

std::vector<TouchRow> SqliteWriter::latest_reached(MemberNo member, Span span) {
  put_pending_deliveries();
  std::vector<TouchRow> touches;
  for (MemberDelivery& entry : latest_successes(trees_, member, span.from_us, span.to_us)) {
    touches.push_back({entry.member, entry.at_us, TouchKind::delivered, entry.message,
                       std::move(entry.delivery_id)});
  }
  return touches;
}

// By name: the member's clicks on other messages may be many.
#define MH_CLICKS                                                                    \
  "INDEXED BY click_by_message WHERE member_no = ? AND message_no = ? AND kind = 3 " \
  "AND at BETWEEN ? AND ? "

namespace {

Query& bind_clicks(Query& query, MessageNo message, MemberNo member, const Span& span) {
  return query.bind(member).bind(message).bind(span.from_us).bind(span.to_us);
}

std::optional<std::int64_t> time_of_click(Query& click) {
  const auto row = row_of(click, read_touch);
  return row ? std::optional(row->at_us) : std::nullopt;
}

}  // namespace

bool SqliteWriter::clicked_twice(MessageNo message, MemberNo member, Span span) {
  Query query = db_.rows(tables::touch, MH_CLICKS "LIMIT 2");
  bind_clicks(query, message, member, kept_part(span));
  return query.step() && query.step();
}

std::optional<std::int64_t> SqliteWriter::first_click(MessageNo message, MemberNo member,
                                                      Span span) {
  Query query = db_.rows(tables::touch, MH_CLICKS "ORDER BY at LIMIT 1");
  return time_of_click(bind_clicks(query, message, member, kept_part(span)));
}

std::optional<std::int64_t> SqliteWriter::last_click(MessageNo message, MemberNo member,
                                                     Span span) {
  Query query = db_.rows(tables::touch, MH_CLICKS "ORDER BY at DESC LIMIT 1");
  return time_of_click(bind_clicks(query, message, member, kept_part(span)));
}

}  // namespace message_history::sqlite
