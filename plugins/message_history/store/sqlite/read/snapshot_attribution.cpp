// Touches and orders of members in the order of members and time, for deciding all orders again.
#include <limits>
#include <optional>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

struct MemberTime {
  MemberNo member;
  std::int64_t at_us = 0;
  friend auto operator<=>(const MemberTime&, const MemberTime&) = default;
};

// Clicks, opens and coupons.
class Touches {
 public:
  Touches(Connection& db, MemberNo first, MemberNo last)
      : query_(db.rows(tables::touch, "WHERE member_no BETWEEN ? AND ? ORDER BY member_no, at")) {
    query_.bind(first).bind(last);
    next();
  }
  const std::optional<MemberTime>& place() const { return place_; }
  const SweptTouch& touch() const { return touch_; }

  void next() {
    place_.reset();
    if (!query_.step()) return;
    place_.emplace();
    place_->member = query_.number<MemberNo>();
    touch_.at_us = place_->at_us = query_.integer();
    touch_.kind = static_cast<TouchKind>(query_.integer());
    touch_.message = query_.number<MessageNo>();
    touch_.delivery_id = query_.bytes();
  }

 private:
  Query query_;
  std::optional<MemberTime> place_;
  SweptTouch touch_;
};

// Successful deliveries.
class Reached {
 public:
  Reached(TreeSet& trees, MemberNo first, MemberNo last)
      : end_(key_after(member_key(last))),
        cursor_(trees.member_deliveries.cursor(member_key(first), end_)) {
    cursor_.seek(member_key(first));
    settle();
  }
  const std::optional<MemberTime>& place() const { return place_; }
  const SweptTouch& touch() const { return touch_; }

  void next() {
    cursor_.next();
    settle();
  }

 private:
  void settle() {
    place_.reset();
    while (cursor_.valid() && cursor_.value() != member_delivery_value(true)) cursor_.next();
    if (!cursor_.valid() || cursor_.key() >= end_) return;
    const MemberDeliveryView entry = view_member_delivery(cursor_.key());
    place_ = MemberTime{entry.member, entry.at_us};
    touch_ = {TouchKind::delivered, entry.at_us, entry.message, entry.delivery_id};
  }

  std::string end_;
  RunsCursor cursor_;
  std::optional<MemberTime> place_;
  SweptTouch touch_;
};

// From `placed_at` on.
SweptOrder read_swept_order(Query& query) {
  SweptOrder order;
  order.placed_at_us = query.integer();
  query.skip(2);
  order.currency = query.bytes();
  order.amount_minor = query.integer();
  order.message = query.number<MessageNo>();
  query.skip(1);
  order.refunded_minor = query.integer();
  return order;
}

// Hands over touches up to the place, passing by those of members before it.
template <class Source>
bool is_due(const Source& source, const MemberTime& until) {
  return source.place() && *source.place() <= until;
}

}  // namespace

void SqliteSnapshot::sweep(MemberNo first, MemberNo last, AttributionVisitor& visitor) {
  if (!is_person(first)) {
    Query orders = db_.rows(tables::orders, "");
    while (orders.step()) {
      orders.skip(2);
      if (is_person(orders.number<MemberNo>())) continue;
      visitor.begin_member();
      visitor.order(read_swept_order(orders));
    }
    first = MemberNo{1};
  }
  if (last < first) return;
  Touches touches(db_, first, last);
  Reached reached(trees_, first, last);
  // The tree holds all that is asked for, so the orders themselves are not read.
  const std::string end = key_after(member_key(last));
  RunsCursor orders = trees_.member_orders.cursor(member_key(first), end);
  MemberNo member;
  for (orders.seek(member_key(first)); orders.valid() && orders.key() < end; orders.next()) {
    const MemberOrder entry = view_member_order(orders.key(), orders.value());
    const MemberNo owner = entry.member;
    const SweptOrder order{entry.placed_at_us, entry.message, entry.currency, entry.amount_minor,
                           entry.refunded_minor};
    if (owner != member) {
      visitor.begin_member();
      member = owner;
    }
    const MemberTime until{owner, order.placed_at_us};
    while (is_due(touches, until) || is_due(reached, until)) {
      const bool from_touches =
          is_due(touches, until) && (!reached.place() || *touches.place() <= *reached.place());
      const MemberTime& place = from_touches ? *touches.place() : *reached.place();
      if (place.member == member) {
        visitor.touch(from_touches ? touches.touch() : reached.touch());
      }
      from_touches ? touches.next() : reached.next();
    }
    visitor.order(order);
  }
}

std::vector<std::string> SqliteSnapshot::message_ids() {
  std::vector<std::string> ids;
  Query query = db_.rows(tables::message, "ORDER BY message_no");
  RowsSeen seen(tables::message);
  for (; query.step(); seen.add(query)) {
    ids.resize(static_cast<std::size_t>(query.integer()) + 1);
    ids.back() = query.text();
  }
  seen.expect_all(db_);
  return ids;
}

}  // namespace message_history::sqlite
