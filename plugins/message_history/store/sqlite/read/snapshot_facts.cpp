// The digest's input: everything that is a function of the set of events, one line a fact.
//
// A line is its tag and its fields, each after a space; numbers are decimal, texts are
// `size:bytes`, what is not there is `-`. So no two states share their lines, whatever bytes a text
// holds. Lines go by the bytes of ids, never by the store's numbers, and everything an erased
// member left counts as of one person "erased", because tombstones are random. Tables by day are
// left out: they depend on the time zone.
#include <sqlite3.h>

#include <map>
#include <new>
#include <tuple>
#include <utility>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/index/tree_queries.h"
#include "store/sqlite/read/sqlite_snapshot.h"

namespace message_history::sqlite {

namespace {

using Visit = std::function<void(std::string_view)>;

class Fact {
 public:
  explicit Fact(std::string_view tag) : line_(tag) {}

  Fact& number(std::int64_t value) {
    line_ += ' ';
    line_ += std::to_string(value);
    return *this;
  }
  Fact& number(const std::optional<std::int64_t>& value) {
    return value ? number(*value) : nothing();
  }
  Fact& numbers(std::initializer_list<std::int64_t> values) {
    for (const std::int64_t value : values) number(value);
    return *this;
  }
  Fact& text(std::string_view bytes) {
    line_ += ' ';
    line_ += std::to_string(bytes.size());
    line_ += ':';
    line_ += bytes;
    return *this;
  }
  Fact& nothing() {
    line_ += " -";
    return *this;
  }
  void end(const Visit& visit) {
    line_ += '\n';
    visit(line_);
  }

 private:
  std::string line_;
};

void visit_message(const MessageRow& row, const Visit& visit) {
  const MessageFacts& facts = row.report.facts;
  Fact fact("message");
  fact.text(row.message_id)
      .number(facts.at_us)
      .number(static_cast<std::int64_t>(facts.state))
      .number(static_cast<std::int64_t>(facts.kind))
      .number(static_cast<std::int64_t>(facts.channel))
      .text(facts.name)
      .numbers({row.report.scheduled_at_us.at_us, row.report.scheduled_at_us.value,
                row.report.audience.at_us, row.report.audience.value})
      .number(row.sent_at_us)
      .number(row.activity_at_us)
      .end(visit);
  const MessageCounts& counts = row.counts;
  const RecipientCounts& recipients = counts.recipients;
  Fact("counts")
      .text(row.message_id)
      .numbers({recipients.success, recipients.failed, recipients.pending, recipients.excluded,
                recipients.delivered, recipients.held_out, recipients.converted_reached,
                recipients.converted_held_out, counts.clickers, counts.openers, counts.redeemers,
                counts.buyers, counts.orders})
      .end(visit);
}

// Counts the rows of tables that are read message by message.
struct SeenOfMessages {
  RowsSeen money{tables::message_money};
  RowsSeen failures{tables::failure};
  RowsSeen members{tables::message_member};
};

// What rows name by number. Throws CORRUPT for what is not there.
class FactNames {
 public:
  FactNames(Connection& db, TreeSet& trees, std::vector<std::string> message_ids)
      : db_(db), trees_(trees), message_ids_(std::move(message_ids)) {
    for (Route& route : read_routes(db)) routes_[route.number] = std::move(route);
    // So that rows can be sorted by names.
    db.add_function("who", 1, answer<&FactNames::who, MemberNo>, this);
    db.add_function("message_id_of", 1, answer<&FactNames::message_id, MessageNo>, this);
    db.add_function("order_id_of", 1, answer<&FactNames::order_id, OrderNo>, this);
  }

  // "" nobody, "ambiguous", "erased", or "=" and the member's id.
  std::string who(MemberNo member) {
    if (!member) return "";
    if (!is_person(member)) return "ambiguous";
    const MemberRow row = stored_member(db_, member);
    return row.erased ? "erased" : "=" + row.member;
  }

  std::string message_id(MessageNo number) {
    const auto at = static_cast<std::size_t>(number.value);
    if (at >= message_ids_.size() || message_ids_[at].empty()) {
      missing_row(db_, "message", number.value);
    }
    return message_ids_[at];
  }

  std::string order_id(OrderNo number) { return stored_order(db_, number).order_id; }

  // A delivery that is only named by its fallback was reported by none.
  const Route& route(RouteNo number) {
    if (!number) return no_route_;
    const auto known = routes_.find(number);
    if (known == routes_.end()) missing_row(db_, "route", number.value);
    return known->second;
  }

  // The smallest delivery_id names a chain.
  std::string chain(ChainNo number) {
    const std::string begin = chain_key(number);
    const std::string end = key_after(begin);
    RunsCursor cursor = trees_.chains.cursor(begin, end);
    cursor.seek(begin);
    if (!cursor.valid() || cursor.key() >= end) missing_row(db_, "chain", number.value);
    return decode_chain_key(cursor.key()).delivery_id;
  }

 private:
  template <auto name, class Number>
  static void answer(sqlite3_context* context, int, sqlite3_value** values) {
    auto& names = *static_cast<FactNames*>(sqlite3_user_data(context));
    try {
      const std::string text = (names.*name)(Number{sqlite3_value_int64(values[0])});
      sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    } catch (const std::bad_alloc&) {
      sqlite3_result_error_nomem(context);
    } catch (const std::exception& error) {  // the store's: what it reads is damaged
      sqlite3_result_error(context, error.what(), -1);
      sqlite3_result_error_code(context, SQLITE_CORRUPT);
    }
  }

  Connection& db_;
  TreeSet& trees_;
  std::vector<std::string> message_ids_;  // by number
  std::map<RouteNo, Route> routes_;
  const Route no_route_;
};

// Rows of zeros are left out: whether one is there depends on the order of events.
void visit_money(Connection& db, const MessageRow& message, RowsSeen& seen, const Visit& visit) {
  Query query = db.rows(tables::message_money, "WHERE message_no = ? ORDER BY currency");
  for (query.bind(message.number); query.step(); seen.add(query)) {
    query.skip(1);
    const std::string currency = query.text();
    const MessageMoney money = read_message_money(query);
    if (money == MessageMoney{}) continue;
    Fact("money")
        .text(message.message_id)
        .text(currency)
        .numbers({money.orders, money.gross_minor, money.refunded_minor, money.cost_minor})
        .end(visit);
  }
}

void visit_failures(Connection& db, const MessageRow& message, FactNames& names, RowsSeen& seen,
                    const Visit& visit) {
  std::map<std::tuple<Channel, std::string, std::string>, FailureCounts> failures;
  Query query = db.rows(tables::failure, "WHERE message_no = ?");
  for (query.bind(message.number); query.step(); seen.add(query)) {
    query.skip(1);
    const Route& route = names.route(query.number<RouteNo>());
    FailureCounts& counts = failures[{route.channel, route.provider, query.text()}];
    counts.attempts = query.integer();
    counts.unreached = query.integer();
  }
  for (const auto& [key, counts] : failures) {
    if (counts == FailureCounts{}) continue;
    const auto& [channel, provider, code] = key;
    Fact("failure")
        .text(message.message_id)
        .text(provider)
        .text(code)
        .numbers({static_cast<std::int64_t>(channel), counts.attempts, counts.unreached})
        .end(visit);
  }
}

void visit_delivery(const Delivery& row, const MessageRow& message, FactNames& names,
                    const Visit& visit) {
  const Route& route = names.route(row.state.route());
  Fact fact("delivery");
  fact.text(message.message_id).text(row.delivery_id);
  fact.text(names.who(row.state.member))
      .text(route.provider)
      .number(static_cast<std::int64_t>(route.channel));
  if (row.state.chain) {
    fact.text(names.chain(row.state.chain));
  } else {
    fact.nothing();
  }
  fact.number(row.state.converted ? 1 : 0);
  fact.number(static_cast<std::int64_t>(row.state.marks.size()));
  for (const StatusMark& mark : row.state.marks) {
    fact.number(static_cast<std::int64_t>(mark.status))
        .number(mark.at_us)
        .text(mark.code)
        .text(mark.detail);
    // Told of a report by another route than the one whose status stands.
    if (mark.route == row.state.route()) continue;
    const Route& reported = names.route(mark.route);
    fact.text(reported.provider).number(static_cast<std::int64_t>(reported.channel));
  }
  if (const auto& cost = row.state.cost) {
    fact.number(cost->at_us).text(cost->currency).number(cost->amount_minor);
  } else {
    fact.nothing();
  }
  fact.end(visit);
}

void visit_deliveries(TreeSet& trees, const MessageRow& message, FactNames& names,
                      const Visit& visit) {
  const std::string begin = delivery_key(message.number, {});
  const std::string end = key_after(begin);
  RunsCursor cursor = trees.deliveries.cursor(begin, end);
  Delivery delivery;
  for (cursor.seek(begin); cursor.valid() && cursor.key() < end; cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), delivery);
    visit_delivery(delivery, message, names, visit);
  }
}

void visit_members(Connection& db, const MessageRow& message, FactNames& names, RowsSeen& seen,
                   const Visit& visit) {
  Query query = db.rows(tables::message_member,
                        "WHERE message_no = ? "
                        "ORDER BY who(member_no), clicks, opens, coupons, orders");
  for (query.bind(message.number); query.step(); seen.add(query)) {
    query.skip(1);
    const auto member = query.number<MemberNo>();
    query.skip(-2);
    const MemberCounts counts = read_member_counts(query);
    if (counts.none()) continue;
    Fact("member")
        .text(message.message_id)
        .text(names.who(member))
        .numbers({counts.clicks, counts.opens, counts.coupons, counts.orders})
        .end(visit);
  }
}

void visit_messages(Connection& db, TreeSet& trees, FactNames& names, const Visit& visit) {
  SeenOfMessages seen;
  RowsSeen messages(tables::message);
  Query query = db.rows(tables::message, "ORDER BY message_id");
  for (; query.step(); messages.add(query)) {
    const MessageRow message = read_message(query);
    visit_message(message, visit);
    visit_money(db, message, seen.money, visit);
    visit_failures(db, message, names, seen.failures, visit);
    visit_deliveries(trees, message, names, visit);
    visit_members(db, message, names, seen.members, visit);
  }
  for (const RowsSeen* rows : {&messages, &seen.money, &seen.failures, &seen.members}) {
    rows->expect_all(db);
  }
}

void visit_touches(Connection& db, FactNames& names, const Visit& visit) {
  Query query = db.rows(
      tables::touch, "ORDER BY who(member_no), at, kind, message_id_of(message_no), delivery_id");
  RowsSeen seen(tables::touch);
  for (; query.step(); seen.add(query)) {
    const TouchRow row = read_touch(query);
    Fact("touch")
        .text(names.who(row.member))
        .text(names.message_id(row.message))
        .text(row.delivery_id)
        .number(row.at_us)
        .number(static_cast<std::int64_t>(row.kind))
        .end(visit);
  }
  seen.expect_all(db);
}

void visit_orders(Connection& db, FactNames& names, const Visit& visit) {
  Query query = db.rows(tables::orders, "ORDER BY order_id");
  RowsSeen seen(tables::orders);
  for (; query.step(); seen.add(query)) {
    const Order row = read_order(query);
    const OrderVersion& version = row.version;
    Fact fact("order");
    fact.text(row.order_id).text(names.who(row.member));
    fact.numbers({row.placed_at_us, version.revision, version.at_us})
        .text(version.currency)
        .number(version.amount_minor)
        .text(version.message_id)
        .number(row.refunded_minor)
        .number(static_cast<std::int64_t>(version.lines.size()));
    for (const OrderLine& line : version.lines) {
      fact.text(line.product_no).text(line.name).text(line.option);
      fact.numbers({line.unit_price_minor, line.option_price_minor, line.quantity});
    }
    fact.end(visit);
  }
  seen.expect_all(db);
}

void visit_refunds(Connection& db, const Visit& visit) {
  Query query = db.rows(tables::refund, "ORDER BY refund_id");
  RowsSeen seen(tables::refund);
  for (; query.step(); seen.add(query)) {
    const Refund row = read_refund(query);
    Fact("refund")
        .text(row.refund_id)
        .text(row.order_id)
        .number(row.at_us)
        .text(row.currency)
        .number(row.amount_minor)
        .end(visit);
  }
  seen.expect_all(db);
}

void visit_credits(Connection& db, FactNames& names, const Visit& visit) {
  Query query = db.rows(tables::credit, "ORDER BY order_id_of(order_no)");
  RowsSeen seen(tables::credit);
  for (; query.step(); seen.add(query)) {
    const CreditRow row = read_credit(query);
    Fact("credit")
        .text(names.order_id(row.order))
        .text(names.message_id(row.message))
        .text(names.who(row.member))
        .text(row.currency)
        .text(row.delivery_id)
        .numbers({row.ordered_at_us, row.gross_minor, row.refunded_minor,
                  static_cast<std::int64_t>(row.touch), row.touch_at_us, row.rule_version})
        .end(visit);
  }
  seen.expect_all(db);
}

void visit_shop(const std::map<std::string, ShopMoney>& shop, const Visit& visit) {
  for (const auto& [currency, money] : shop) {
    Fact("shop")
        .text(currency)
        .numbers({money.orders, money.gross_minor, money.refunded_minor})
        .end(visit);
  }
}

void visit_erasures(Connection& db, const Visit& visit) {
  Query query = db.rows(tables::erasure, "ORDER BY until_at");
  RowsSeen seen(tables::erasure);
  for (; query.step(); seen.add(query)) {
    query.skip(2);
    Fact("erasure").number(query.integer()).end(visit);
  }
  seen.expect_all(db);
}

}  // namespace

void SqliteSnapshot::each_fact(const std::function<void(std::string_view)>& visit) {
  Fact("facts").number(1).end(visit);  // the version of these lines
  expect_all_rows(db_, tables::run);
  FactNames names(db_, trees_, message_ids());
  visit_messages(db_, trees_, names, visit);
  visit_touches(db_, names, visit);
  visit_orders(db_, names, visit);
  visit_refunds(db_, visit);
  visit_credits(db_, names, visit);
  visit_shop(shop(), visit);
  visit_erasures(db_, visit);
}

}  // namespace message_history::sqlite
