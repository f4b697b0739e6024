// The digest's input: everything that is a function of the set of events, one line a fact.
//
// A line is its tag and its fields, each after a space; numbers are decimal, texts are
// `size:bytes`, what is not there is `-`. So no two states share their lines, whatever bytes a text
// holds. Lines go by the bytes of ids, never by the store's numbers, and everything an erased
// member left counts as of one person "erased", because tombstones are random. Tables by day are
// left out: they depend on the time zone.
#include <map>

#include "store/sqlite/rows_io.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/tree_queries.h"

namespace message_history::sqlite {

namespace {

using Visit = std::function<void(std::string_view)>;

// Who a number stands for: "" nobody, "ambiguous", "erased", or "=" and the member's id.
#define MH_WHO(number)                                                  \
  "(CASE WHEN " number " = 0 THEN '' WHEN " number                      \
  " < 0 THEN 'ambiguous' ELSE "                                         \
  "(SELECT iif(erased, 'erased', '=' || member) FROM member AS person " \
  "WHERE person.member_no = " number ") END)"

#define MH_MESSAGE_ID(number) \
  "(SELECT message_id FROM message AS named WHERE named.message_no = " number ")"

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

// Columns of the query as they come: `texts` first, then `numbers`.
void add_columns(Fact& fact, Query& query, int texts, int numbers) {
  for (int i = 0; i < texts; ++i) fact.text(query.bytes());
  for (int i = 0; i < numbers; ++i) fact.number(query.integer());
}

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

// Rows of zeros are left out: whether one is there depends on the order of events.
void visit_money(Connection& db, const MessageRow& message, const Visit& visit) {
  Query query = db.query(
      "SELECT currency, orders, gross, refunded, cost FROM message_money WHERE message_no = ? "
      "AND (orders != 0 OR gross != 0 OR refunded != 0 OR cost != 0) ORDER BY currency");
  query.bind(message.number);
  while (query.step()) {
    Fact fact("money");
    fact.text(message.message_id);
    add_columns(fact, query, 1, 4);
    fact.end(visit);
  }
}

void visit_failures(Connection& db, const MessageRow& message, const Visit& visit) {
  Query query = db.query(
      "SELECT provider, code, channel, attempts, unreached "
      "FROM failure JOIN route USING (route_no) WHERE message_no = ? "
      "AND (attempts != 0 OR unreached != 0) ORDER BY channel, provider, code");
  query.bind(message.number);
  while (query.step()) {
    Fact fact("failure");
    fact.text(message.message_id);
    add_columns(fact, query, 2, 3);
    fact.end(visit);
  }
}

// What deliveries name by number, looked up once.
class Names {
 public:
  Names(Connection& db, TreeSet& trees) : db_(db), trees_(trees) {}

  std::string who(MemberNo member) {
    if (!member) return "";
    if (!is_person(member)) return "ambiguous";
    const auto row = member_row(db_, member);
    if (!row) return "";
    return row->erased ? "erased" : "=" + row->member;
  }

  const Route& route(RouteNo number) {
    Route& route = routes_[number];
    if (route.number) return route;
    route.number = number;
    Query query = db_.query("SELECT provider, channel FROM route WHERE route_no = ?");
    if (query.bind(number).step()) {
      route.provider = query.text();
      route.channel = static_cast<Channel>(query.integer());
    }
    return route;
  }

  // The smallest delivery_id names a chain.
  std::string chain(ChainNo number) {
    const std::string begin = chain_key(number);
    RunsCursor cursor = trees_.chains.cursor(begin, key_after(begin));
    cursor.seek(begin);
    return cursor.valid() ? decode_chain_key(cursor.key()).delivery_id : std::string();
  }

 private:
  Connection& db_;
  TreeSet& trees_;
  std::map<RouteNo, Route> routes_;
};

void visit_delivery(const Delivery& row, const MessageRow& message, Names& names,
                    const Visit& visit) {
  const Route& route = names.route(row.state.route);
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
  }
  if (const auto& cost = row.state.cost) {
    fact.number(cost->at_us).text(cost->currency).number(cost->amount_minor);
  } else {
    fact.nothing();
  }
  fact.end(visit);
}

void visit_deliveries(TreeSet& trees, const MessageRow& message, Names& names, const Visit& visit) {
  const std::string begin = delivery_key(message.number, {});
  const std::string end = key_after(begin);
  RunsCursor cursor = trees.deliveries.cursor(begin, end);
  Delivery delivery;
  for (cursor.seek(begin); cursor.valid() && cursor.key() < end; cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), delivery);
    visit_delivery(delivery, message, names, visit);
  }
}

void visit_members(Connection& db, const MessageRow& message, const Visit& visit) {
  Query query = db.query(
      "SELECT " MH_WHO("message_member.member_no") " AS who, clicks, opens, coupons, orders "
      "FROM message_member WHERE message_no = ? "
      "AND (clicks != 0 OR opens != 0 OR coupons != 0 OR orders != 0) "
      "ORDER BY who, clicks, opens, coupons, orders");
  query.bind(message.number);
  while (query.step()) {
    Fact fact("member");
    fact.text(message.message_id);
    add_columns(fact, query, 1, 4);
    fact.end(visit);
  }
}

void visit_messages(Connection& db, TreeSet& trees, const Visit& visit) {
  Names names(db, trees);
  Query query = db.query("SELECT " MH_MESSAGE_COLUMNS " FROM message ORDER BY message_id");
  while (query.step()) {
    const MessageRow message = read_message(query);
    visit_message(message, visit);
    visit_money(db, message, visit);
    visit_failures(db, message, visit);
    visit_deliveries(trees, message, names, visit);
    visit_members(db, message, visit);
  }
}

void visit_touches(Connection& db, const Visit& visit) {
  Query query = db.query(
      "SELECT " MH_TOUCH_COLUMNS ", " MH_WHO("touch.member_no") " AS who, "
      MH_MESSAGE_ID("touch.message_no") " AS named FROM touch "
      "ORDER BY who, at, kind, named, delivery_id");
  while (query.step()) {
    const TouchRow row = read_touch(query);
    Fact fact("touch");
    add_columns(fact, query, 2, 0);  // who, message_id
    fact.text(row.delivery_id)
        .number(row.at_us)
        .number(static_cast<std::int64_t>(row.kind))
        .end(visit);
  }
}

void visit_orders(Connection& db, const Visit& visit) {
  Query query = db.query("SELECT " MH_ORDER_COLUMNS
                         ", " MH_WHO("orders.member_no") " FROM orders ORDER BY order_id");
  while (query.step()) {
    const Order row = read_order(query);
    const OrderVersion& version = row.version;
    Fact fact("order");
    fact.text(row.order_id).text(query.bytes());
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
}

void visit_refunds(Connection& db, const Visit& visit) {
  Query query = db.query("SELECT " MH_REFUND_COLUMNS " FROM refund ORDER BY refund_id");
  while (query.step()) {
    const Refund row = read_refund(query);
    Fact("refund")
        .text(row.refund_id)
        .text(row.order_id)
        .number(row.at_us)
        .text(row.currency)
        .number(row.amount_minor)
        .end(visit);
  }
}

void visit_credits(Connection& db, const Visit& visit) {
  Query query = db.query("SELECT " MH_CREDIT_COLUMNS
                         ", (SELECT order_id FROM orders WHERE orders.order_no = credit.order_no) "
                         "AS sold, " MH_MESSAGE_ID("credit.message_no") ", " MH_WHO(
                             "credit.member_no") " FROM credit ORDER BY sold");
  while (query.step()) {
    const CreditRow row = read_credit(query);
    Fact fact("credit");
    add_columns(fact, query, 3, 0);  // order_id, message_id, who
    fact.text(row.currency)
        .text(row.delivery_id)
        .numbers({row.ordered_at_us, row.gross_minor, row.refunded_minor,
                  static_cast<std::int64_t>(row.touch), row.touch_at_us, row.rule_version})
        .end(visit);
  }
}

void visit_shop(Connection& db, const Visit& visit) {
  Query query = db.query(
      "SELECT currency, orders, gross, refunded FROM shop "
      "WHERE orders != 0 OR gross != 0 OR refunded != 0 ORDER BY currency");
  while (query.step()) {
    Fact fact("shop");
    add_columns(fact, query, 1, 3);
    fact.end(visit);
  }
}

void visit_erasures(Connection& db, const Visit& visit) {
  Query query = db.query("SELECT until_at FROM erasure ORDER BY until_at");
  while (query.step()) Fact("erasure").number(query.integer()).end(visit);
}

}  // namespace

void SqliteSnapshot::each_fact(const std::function<void(std::string_view)>& visit) {
  Fact("facts").number(1).end(visit);  // the version of these lines
  visit_messages(db_, trees_, visit);
  visit_touches(db_, visit);
  visit_orders(db_, visit);
  visit_refunds(db_, visit);
  visit_credits(db_, visit);
  visit_shop(db_, visit);
  visit_erasures(db_, visit);
}

}  // namespace message_history::sqlite
