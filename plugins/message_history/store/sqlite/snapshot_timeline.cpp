// A member's time line: deliveries, touches, orders and refunds merged, newest first.
//
// Each source is read at most one page deep. Where two things share a time, a refund comes before
// an order, that before a touch, and that before a delivery: the later in the course of things
// first.
#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/tables.h"
#include "store/sqlite/tree_queries.h"

namespace message_history::sqlite {

namespace {

using What = TimelineRow::What;
using Limits = std::numeric_limits<std::int64_t>;

// Where a row stands among all of its member's, whatever it is: first, second and text are the rest
// of its own table's key.
struct Position {
  std::int64_t at_us = 0;
  What what = What::delivery;
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::string text;

  auto rank() const { return std::tie(at_us, what, first, second, text); }
};

std::string tie_of(const Position& position) {
  return std::to_string(static_cast<int>(position.what)) + ':' + std::to_string(position.first) +
         ':' + std::to_string(position.second) + ':' + position.text;
}

std::int64_t take_number(std::string_view& tie) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(tie.data(), tie.data() + tie.size(), value);
  if (error != std::errc{} || end == tie.data() + tie.size() || *end != ':') {
    throw crm::Failure(CRM_ERR_INVALID,
                       "the cursor is not one of this time line; open the member again");
  }
  tie.remove_prefix(static_cast<std::size_t>(end - tie.data()) + 1);
  return value;
}

Position position_of(const TimelineKey& key) {
  Position position;
  position.at_us = key.at_us;
  std::string_view tie = key.tie;
  // A number that is no `What` is above or below all of them: harmless.
  const std::int64_t what = std::clamp<std::int64_t>(take_number(tie), 0, 3);
  position.what = static_cast<What>(what);
  position.first = take_number(tie);
  position.second = take_number(tie);
  position.text = tie;
  return position;
}

// One source of rows: the position it goes on below, bound as the parameters of its statement.
struct Below {
  std::int64_t at_us = Limits::max();
  std::int64_t first = Limits::max();
  std::int64_t second = Limits::max();
  std::optional<std::string> text;  // empty: above every text
};

Below below(What source, const std::optional<Position>& after) {
  Below key;
  if (!after) return key;
  key.at_us = after->at_us;
  if (source == after->what) {
    key.first = after->first;
    key.second = after->second;
    key.text = after->text;
  } else if (source > after->what) {  // all of this time was shown before
    key.first = Limits::min();
    key.second = Limits::min();
    key.text = "";
  }
  return key;
}

void bind_text(Query& query, const Below& key) {
  if (key.text) {
    query.bind(*key.text);
  } else {
    query.bind_blob("");  // a blob is above every text
  }
}

struct Entry {
  Position position;
  TimelineRow row;
};

using Entries = std::vector<Entry>;

void add(Entries& entries, Position position, TimelineRow row) {
  row.what = position.what;
  row.at_us = position.at_us;
  entries.push_back({std::move(position), std::move(row)});
}

struct Page {
  MemberNo member;
  std::int64_t limit = 0;
};

// The key that all of the page's deliveries are below.
std::string end_key(MemberNo member, const Below& key) {
  if (key.at_us == Limits::max()) return key_after(member_key(member));
  if (key.first == Limits::min()) return member_time_key(member, key.at_us);
  if (key.first == Limits::max()) return key_after(member_time_key(member, key.at_us));
  return member_delivery_key(
      {member, key.at_us, MessageNo{key.first}, key.text.value_or(""), false});
}

void add_deliveries(TreeSet& trees, const Page& page, const Below& key, Entries& entries) {
  if (!is_person(page.member)) return;
  const std::string begin = member_key(page.member);
  const std::string end = end_key(page.member, key);
  RunsCursor cursor = trees.member_deliveries.cursor(begin, end);
  std::int64_t count = 0;
  for (cursor.seek_below(end); cursor.valid() && begin <= cursor.key() && count < page.limit;
       cursor.previous(), ++count) {
    const MemberDelivery entry = decode_member_delivery(cursor.key(), cursor.value());
    TimelineRow row;
    row.message = entry.message;
    row.delivery = named_delivery(trees, entry);
    add(entries, {entry.at_us, What::delivery, entry.message.value, 0, entry.delivery_id},
        std::move(row));
  }
}

void add_touches(Connection& db, const Page& page, const Below& key, Entries& entries) {
  Query query =
      db.rows(tables::touch,
              "WHERE member_no = ? AND (at, kind, message_no, delivery_id) < (?, ?, ?, ?) "
              "ORDER BY at DESC, kind DESC, message_no DESC, delivery_id DESC LIMIT ?");
  query.bind(page.member).bind(key.at_us).bind(key.first).bind(key.second);
  bind_text(query, key);
  query.bind(page.limit);
  while (query.step()) {
    TimelineRow row;
    row.touch = read_touch(query);
    row.message = row.touch->message;
    Position position{row.touch->at_us, What::touch, static_cast<std::int64_t>(row.touch->kind),
                      row.message.value, row.touch->delivery_id};
    add(entries, std::move(position), std::move(row));
  }
}

// The key that all of the page's orders are below.
std::string order_end_key(MemberNo member, const Below& key) {
  if (key.at_us == Limits::max()) return key_after(member_key(member));
  if (key.first == Limits::min()) return member_time_key(member, key.at_us);
  if (key.first == Limits::max()) return key_after(member_time_key(member, key.at_us));
  return member_order_key(member, key.at_us, OrderNo{key.first});
}

void add_orders(Connection& db, TreeSet& trees, const Page& page, const Below& key,
                Entries& entries) {
  if (!is_person(page.member)) return;
  const std::string begin = member_key(page.member);
  const std::string end = order_end_key(page.member, key);
  RunsCursor cursor = trees.member_orders.cursor(begin, end);
  std::int64_t count = 0;
  for (cursor.seek_below(end); cursor.valid() && begin <= cursor.key() && count < page.limit;
       cursor.previous(), ++count) {
    TimelineRow row;
    row.order = stored_order(db, view_member_order(cursor.key(), cursor.value()).order);
    Position position{row.order->placed_at_us, What::order, row.order->number.value, 0, {}};
    add(entries, std::move(position), std::move(row));
  }
}

// The ids of these orders as the JSON array that a statement takes for a set. Each order's row is
// verified.
std::string order_ids_of(Connection& db, const std::vector<OrderNo>& orders) {
  nlohmann::json numbers = nlohmann::json::array();
  for (const OrderNo order : orders) numbers.push_back(order.value);
  const std::string wanted = numbers.dump();
  nlohmann::json ids = nlohmann::json::array();
  Query query = db.rows(tables::orders, "WHERE order_no IN (SELECT value FROM json_each(?))");
  query.bind(wanted);
  while (query.step()) ids.push_back(read_order(query).order_id);
  // Names the one that is missing.
  if (ids.size() != orders.size())
    std::ranges::for_each(orders, [&db](OrderNo order) { stored_order(db, order); });
  return ids.dump();
}

// Of all the member's orders with one statement, however many they are.
void add_refunds(Connection& db, TreeSet& trees, const Page& page, const Below& key,
                 Entries& entries) {
  const std::vector<OrderNo> orders = member_orders(trees, page.member, 0, Limits::max());
  if (orders.empty()) return;
  const std::string order_ids = order_ids_of(db, orders);
  Query query = db.rows(tables::refund,
                        "WHERE order_id IN (SELECT value FROM json_each(?)) AND "
                        "(at, refund_id) < (?, ?) ORDER BY at DESC, refund_id DESC LIMIT ?");
  query.bind(order_ids).bind(key.at_us);
  bind_text(query, key);
  query.bind(page.limit);
  while (query.step()) {
    TimelineRow row;
    row.refund = read_refund(query);
    Position position{row.refund->at_us, What::refund, 0, 0, row.refund->refund_id};
    add(entries, std::move(position), std::move(row));
  }
}

}  // namespace

std::vector<TimelineRow> SqliteSnapshot::timeline(MemberNo member,
                                                  const std::optional<TimelineKey>& after,
                                                  std::int64_t limit) {
  std::optional<Position> last;
  if (after) last = position_of(*after);
  const Page page{member, limit};
  Entries entries;
  add_deliveries(trees_, page, below(What::delivery, last), entries);
  add_touches(db_, page, below(What::touch, last), entries);
  add_orders(db_, trees_, page, below(What::order, last), entries);
  add_refunds(db_, trees_, page, below(What::refund, last), entries);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return b.position.rank() < a.position.rank(); });
  if (std::cmp_greater(entries.size(), limit)) entries.resize(static_cast<std::size_t>(limit));
  std::vector<TimelineRow> rows;
  for (Entry& entry : entries) {
    entry.row.key = {entry.position.at_us, tie_of(entry.position)};
    rows.push_back(std::move(entry.row));
  }
  return rows;
}

}  // namespace message_history::sqlite
