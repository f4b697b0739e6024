// A member's time line: deliveries, touches, orders and refunds merged, newest first.
//
// Each source is read about one page deep. Where two things share a time, a refund comes before an
// order, that before a touch, and that before a delivery: the later in the course of things first.
#include <crm/ext/events.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

using What = TimelineRow::What;
using Int64Limits = std::numeric_limits<std::int64_t>;

// Where a row stands among all of its member's: newest first, of one time by the course of things,
// then by the kind of a touch and the bytes of ids, never by the store's numbers.
struct Position {
  std::int64_t at_us = 0;
  What what = What::delivery;
  std::int64_t kind = 0;   // of a touch
  std::string message_id;  // of a delivery or touch
  std::string id;          // its own, or of the delivery that was touched

  auto rank() const { return std::tie(at_us, what, kind, message_id, id); }
};

std::string tie_of(const Position& position) {
  return std::to_string(static_cast<int>(position.what)) + ':' + std::to_string(position.kind) +
         ':' + std::to_string(position.message_id.size()) + ':' + position.message_id + position.id;
}

[[noreturn]] void unknown_cursor() {
  throw crm::Failure(CRM_ERR_INVALID,
                     "the cursor is not one of this time line; open the member again");
}

std::int64_t take_number(std::string_view& tie) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(tie.data(), tie.data() + tie.size(), value);
  if (error != std::errc{} || end == tie.data() + tie.size() || *end != ':') unknown_cursor();
  tie.remove_prefix(static_cast<std::size_t>(end - tie.data()) + 1);
  return value;
}

Position position_of(const TimelineKey& key) {
  Position position;
  position.at_us = std::clamp<std::int64_t>(key.at_us, -1, CRM_TIME_US_MAX);
  std::string_view tie = key.tie;
  // A number that is no `What` is above or below all of them: harmless.
  const std::int64_t what = std::clamp<std::int64_t>(take_number(tie), 0, 3);
  position.what = static_cast<What>(what);
  position.kind = take_number(tie);
  const std::int64_t id_bytes = take_number(tie);
  if (id_bytes < 0 || std::cmp_greater(id_bytes, tie.size())) unknown_cursor();
  position.message_id = tie.substr(0, static_cast<std::size_t>(id_bytes));
  position.id = tie.substr(static_cast<std::size_t>(id_bytes));
  return position;
}

// The rows of one source that may be on the page. Each source is read in the order of time; all
// that shares the time of the page's last row is read as well, as its place among them shows only
// then.
template <class Found>
class Gathered {
 public:
  Gathered(const std::optional<Position>& after, std::int64_t limit)
      : after_(after), limit_(limit) {}

  std::int64_t newest_us() const { return after_ ? after_->at_us : CRM_TIME_US_MAX; }
  // Tells whether what happened then, and all before it, is too old for the page.
  bool is_full_at(std::int64_t at_us) const {
    return std::cmp_greater_equal(rows_.size(), limit_) && at_us < rows_.back().first.at_us;
  }
  void add(Position position, Found found) {
    if (after_ && !(position.rank() < after_->rank())) return;
    rows_.emplace_back(std::move(position), std::move(found));
  }
  // The first of them, at most as many as the page has.
  std::vector<std::pair<Position, Found>>& first() {
    std::ranges::sort(rows_,
                      [](const auto& a, const auto& b) { return b.first.rank() < a.first.rank(); });
    if (std::cmp_greater(rows_.size(), limit_)) {
      rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(limit_), rows_.end());
    }
    return rows_;
  }

 private:
  const std::optional<Position>& after_;
  const std::int64_t limit_;
  std::vector<std::pair<Position, Found>> rows_;
};

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
  std::optional<Position> after;
};

// Ids of the messages that a page meets, each read once.
class MessageIdCache {
 public:
  explicit MessageIdCache(Connection& db) : db_(db) {}
  const std::string& of(MessageNo number) {
    const auto [known, is_new] = ids_.try_emplace(number);
    if (!is_new) return known->second;
    Query query = db_.find(tables::message);
    if (!query.bind(number).step()) missing_row(db_, "message", number.value);
    known->second = read_message(query).message_id;
    return known->second;
  }

 private:
  Connection& db_;
  std::unordered_map<MessageNo, std::string> ids_;
};

void add_deliveries(TreeSet& trees, MessageIdCache& ids, const Page& page, Entries& entries) {
  if (!is_person(page.member)) return;
  Gathered<MemberDelivery> gathered(page.after, page.limit);
  const std::string begin = member_key(page.member);
  const std::string end = member_time_key(page.member, gathered.newest_us() + 1);
  RunsCursor cursor = trees.member_deliveries.cursor(begin, end);
  for (cursor.seek_below(end); cursor.valid() && begin <= cursor.key(); cursor.previous()) {
    MemberDelivery entry = decode_member_delivery(cursor.key(), cursor.value());
    if (gathered.is_full_at(entry.at_us)) break;
    Position position{entry.at_us, What::delivery, 0, ids.of(entry.message), entry.delivery_id};
    gathered.add(std::move(position), std::move(entry));
  }
  for (auto& [position, entry] : gathered.first()) {
    TimelineRow row;
    row.message = entry.message;
    row.delivery = named_delivery(trees, entry);
    add(entries, std::move(position), std::move(row));
  }
}

void add_touches(Connection& db, MessageIdCache& ids, const Page& page, Entries& entries) {
  Gathered<TouchRow> gathered(page.after, page.limit);
  Query query = db.rows(tables::touch, "WHERE member_no = ? AND at <= ? ORDER BY at DESC");
  query.bind(page.member).bind(gathered.newest_us());
  while (query.step()) {
    TouchRow touch = read_touch(query);
    if (gathered.is_full_at(touch.at_us)) break;
    Position position{touch.at_us, What::touch, static_cast<std::int64_t>(touch.kind),
                      ids.of(touch.message), touch.delivery_id};
    gathered.add(std::move(position), std::move(touch));
  }
  for (auto& [position, touch] : gathered.first()) {
    TimelineRow row;
    row.message = touch.message;
    row.touch = std::move(touch);
    add(entries, std::move(position), std::move(row));
  }
}

void add_orders(Connection& db, TreeSet& trees, const Page& page, Entries& entries) {
  if (!is_person(page.member)) return;
  Gathered<Order> gathered(page.after, page.limit);
  const std::string begin = member_key(page.member);
  const std::string end = member_time_key(page.member, gathered.newest_us() + 1);
  RunsCursor cursor = trees.member_orders.cursor(begin, end);
  for (cursor.seek_below(end); cursor.valid() && begin <= cursor.key(); cursor.previous()) {
    const MemberOrder entry = view_member_order(cursor.key(), cursor.value());
    if (gathered.is_full_at(entry.placed_at_us)) break;
    Order order = stored_order(db, entry.order);
    Position position{order.placed_at_us, What::order, 0, {}, order.order_id};
    gathered.add(std::move(position), std::move(order));
  }
  for (auto& [position, order] : gathered.first()) {
    TimelineRow row;
    row.order = std::move(order);
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
void add_refunds(Connection& db, TreeSet& trees, const Page& page, Entries& entries) {
  const std::vector<OrderNo> orders = member_orders(trees, page.member, 0, Int64Limits::max());
  if (orders.empty()) return;
  const std::string order_ids = order_ids_of(db, orders);
  // Refunds come first of what shares their time: below anything else of that time is none.
  const bool is_cut = page.after && page.after->what == What::refund;
  Query query = db.rows(tables::refund,
                        "WHERE order_id IN (SELECT value FROM json_each(?)) AND "
                        "(at, refund_id) < (?, ?) ORDER BY at DESC, refund_id DESC LIMIT ?");
  query.bind(order_ids).bind(page.after ? page.after->at_us : Int64Limits::max());
  query.bind(is_cut ? std::string_view(page.after->id) : std::string_view()).bind(page.limit);
  while (query.step()) {
    TimelineRow row;
    row.refund = read_refund(query);
    Position position{row.refund->at_us, What::refund, 0, {}, row.refund->refund_id};
    add(entries, std::move(position), std::move(row));
  }
}

}  // namespace

std::vector<TimelineRow> SqliteSnapshot::timeline(MemberNo member,
                                                  const std::optional<TimelineKey>& after,
                                                  std::int64_t limit) {
  Page page{member, limit, {}};
  if (after) page.after = position_of(*after);
  MessageIdCache ids(db_);
  Entries entries;
  add_deliveries(trees_, ids, page, entries);
  add_touches(db_, ids, page, entries);
  add_orders(db_, trees_, page, entries);
  add_refunds(db_, trees_, page, entries);
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
