#include "store/sqlite/writer.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/rows_io.h"

namespace message_history::sqlite {

namespace {

std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

template <class Row, class Read>
std::vector<Row> all(Query& query, Read read) {
  std::vector<Row> rows;
  while (query.step()) rows.push_back(read(query));
  return rows;
}

class SqliteWriter final : public WriteTransaction {
 public:
  explicit SqliteWriter(Connection& db) : db_(db) { db_.execute("BEGIN IMMEDIATE"); }

  ~SqliteWriter() override {
    if (committed_) return;
    try {
      db_.execute("ROLLBACK");
    } catch (const crm::Failure&) {
      // SQLite already rolled back, as it does on a full disk.
    }
  }

  SourceRow source(std::string_view name) override {
    {
      Query query = db_.query("SELECT " MH_SOURCE_COLUMNS " FROM source WHERE name = ?");
      if (query.bind(name).step()) return read_source(query);
    }
    db_.query(
           "INSERT INTO source (name, position, accepted, duplicates, rejected, skipped, "
           "batches, recorded_at) VALUES (?, 0, 0, 0, 0, 0, 0, 0)")
        .bind(name)
        .run();
    SourceRow row;
    row.number = SourceNo{last_insert()};
    row.name = name;
    return row;
  }

  void put_source(const SourceRow& row) override {
    db_.query(
           "UPDATE source SET position = ?2, accepted = ?3, duplicates = ?4, rejected = ?5, "
           "skipped = ?6, batches = ?7, recorded_at = ?8 WHERE source_no = ?1")
        .bind(row.number)
        .bind(row.position)
        .bind(row.accepted)
        .bind(row.duplicates)
        .bind(row.rejected)
        .bind(row.skipped)
        .bind(row.batches)
        .bind(row.recorded_at_us)
        .run();
  }

  void add_quarantine(const QuarantineRow& row) override {
    Query query = db_.query(
        "INSERT INTO quarantine (source_no, seq, at, kind, reason, event, member_key) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    query.bind(row.source).bind(row.seq).bind(row.at_us).bind(row.kind).bind(row.reason);
    query.bind(row.event);
    row.member ? query.bind_blob(bytes_of(*row.member)) : query.bind_null();
    query.run();
    db_.query(
           "DELETE FROM quarantine WHERE quarantine_no <= "
           "(SELECT max(quarantine_no) FROM quarantine) - ?")
        .bind(quarantine_events_max)
        .run();
  }

  void redact_quarantine(const MemberKey& member) override {
    db_.query("UPDATE quarantine SET event = '', member_key = NULL WHERE member_key = ?")
        .bind_blob(bytes_of(member))
        .run();
  }

  std::optional<MessageRow> message(std::string_view message_id) override {
    Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_id = ?");
    if (!query.bind(message_id).step()) return {};
    return read_message(query);
  }

  MessageRow message(MessageNo number) override {
    Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_no = ?");
    if (!query.bind(number).step()) missing("message");
    return read_message(query);
  }

  MessageNo add_message(std::string_view message_id) override {
    db_.query("INSERT INTO message (message_id) VALUES (?)").bind(message_id).run();
    return MessageNo{last_insert()};
  }

  void put_message(const MessageRow& row) override {
    const MessageReport& report = row.report;
    const RecipientCounts& recipients = row.counts.recipients;
    Query query = db_.query(
        "UPDATE message SET facts_at = ?2, state = ?3, kind = ?4, channel = ?5, name = ?6, "
        "scheduled_set_at = ?7, scheduled_at = ?8, audience_set_at = ?9, audience = ?10, "
        "sent_at = ?11, activity_at = ?12, success = ?13, failed = ?14, pending = ?15, "
        "excluded = ?16, delivered = ?17, held_out = ?18, converted_reached = ?19, "
        "converted_held_out = ?20, clickers = ?21, openers = ?22, redeemers = ?23, buyers = ?24, "
        "orders = ?25 WHERE message_no = ?1");
    query.bind(row.number)
        .bind(report.facts.at_us)
        .bind(static_cast<std::int64_t>(report.facts.state))
        .bind(static_cast<std::int64_t>(report.facts.kind))
        .bind(static_cast<std::int64_t>(report.facts.channel))
        .bind(report.facts.name)
        .bind(report.scheduled_at_us.at_us)
        .bind(report.scheduled_at_us.value)
        .bind(report.audience.at_us)
        .bind(report.audience.value)
        .bind(row.sent_at_us)
        .bind(row.activity_at_us);
    for (const std::int64_t counter :
         {recipients.success, recipients.failed, recipients.pending, recipients.excluded,
          recipients.delivered, recipients.held_out, recipients.converted_reached,
          recipients.converted_held_out, row.counts.clickers, row.counts.openers,
          row.counts.redeemers, row.counts.buyers, row.counts.orders}) {
      query.bind(counter);
    }
    query.run();
  }

  RouteNo route(Channel channel, std::string_view provider) override {
    {
      Query query = db_.query("SELECT route_no FROM route WHERE channel = ? AND provider = ?");
      query.bind(static_cast<std::int64_t>(channel)).bind(provider);
      if (query.step()) return query.number<RouteNo>();
    }
    db_.query("INSERT INTO route (channel, provider) VALUES (?, ?)")
        .bind(static_cast<std::int64_t>(channel))
        .bind(provider)
        .run();
    return RouteNo{last_insert()};
  }

  Route route(RouteNo number) override {
    Query query = db_.query("SELECT channel, provider FROM route WHERE route_no = ?");
    if (!query.bind(number).step()) missing("route");
    Route route;
    route.number = number;
    route.channel = static_cast<Channel>(query.integer());
    route.provider = query.text();
    return route;
  }

  MemberNo live_member(std::string_view member_id) override {
    Query query = db_.query("SELECT member_no FROM member WHERE member = ? AND erased = 0");
    return query.bind(member_id).step() ? query.number<MemberNo>() : MemberNo{};
  }

  MemberNo add_member(std::string_view member_id) override {
    db_.query("INSERT INTO member (member, erased) VALUES (?, 0)").bind(member_id).run();
    return MemberNo{last_insert()};
  }

  std::optional<std::string> live_member_id(MemberNo number) override {
    Query query = db_.query("SELECT member FROM member WHERE member_no = ? AND erased = 0");
    if (!query.bind(number).step()) return {};
    return query.text();
  }

  void remove_member(MemberNo number) override {
    db_.query("DELETE FROM member WHERE member_no = ?").bind(number).run();
  }

  bool has_control_groups() override {
    return db_.query("SELECT 1 FROM message WHERE held_out > 0 LIMIT 1").step();
  }

  bool has_erasures() override { return db_.query("SELECT 1 FROM erasure LIMIT 1").step(); }

  std::optional<MemberIdentity> erasure(const MemberKey& key) override {
    Query query = db_.query("SELECT member_no, until_at FROM erasure WHERE member_key = ?");
    if (!query.bind_blob(bytes_of(key)).step()) return {};
    MemberIdentity identity;
    identity.erased = query.number<MemberNo>();
    identity.erased_until_us = query.integer();
    return identity;
  }

  MemberNo entomb(MemberNo member, std::string_view tombstone) override {
    if (member) {
      db_.query("UPDATE member SET member = ?, erased = 1 WHERE member_no = ?")
          .bind(tombstone)
          .bind(member)
          .run();
      return member;
    }
    db_.query("INSERT INTO member (member, erased) VALUES (?, 1)").bind(tombstone).run();
    return MemberNo{last_insert()};
  }

  void put_erasure(const MemberKey& key, MemberNo erased, std::int64_t until_us) override {
    db_.query("INSERT OR REPLACE INTO erasure (member_key, member_no, until_at) VALUES (?, ?, ?)")
        .bind_blob(bytes_of(key))
        .bind(erased)
        .bind(until_us)
        .run();
  }

  std::optional<Delivery> delivery(MessageNo message, std::string_view delivery_id) override {
    Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                            " FROM delivery WHERE message_no = ? AND delivery_id = ?");
    if (!query.bind(message).bind(delivery_id).step()) return {};
    return read_delivery(query);
  }

  std::vector<Delivery> chain(ChainNo number) override {
    Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS " FROM delivery WHERE chain_no = ?");
    return all<Delivery>(query.bind(number), read_delivery);
  }

  ChainNo next_chain() override {
    Query query = db_.query("SELECT max(chain_no) FROM delivery WHERE chain_no IS NOT NULL");
    query.step();
    last_chain_ = std::max(last_chain_, query.optional_integer().value_or(0)) + 1;
    return ChainNo{last_chain_};
  }

  void put_delivery(const Delivery& row, const Delivery* before) override {
    const std::string marks = encode_marks(row.state);
    Query query = db_.query("INSERT OR REPLACE INTO delivery (" MH_DELIVERY_COLUMNS
                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(row.message)
        .bind(row.delivery_id)
        .bind(row.state.member)
        .bind(row.state.route)
        .bind(static_cast<std::int64_t>(row.state.status()))
        .bind(row.state.first_at_us());
    row.state.chain ? query.bind(row.state.chain) : query.bind_null();
    query.bind(row.state.converted ? 1 : 0).bind_blob(marks);
    query.bind(checksum_of(row, marks)).run();
    index_by_member(row, before);
  }

  std::vector<Delivery> deliveries(MessageNo message, std::string_view after_id,
                                   std::int64_t limit) override {
    Query query = db_.query("SELECT " MH_DELIVERY_COLUMNS
                            " FROM delivery WHERE message_no = ? AND delivery_id > ?"
                            " ORDER BY delivery_id LIMIT ?");
    return all<Delivery>(query.bind(message).bind(after_id).bind(limit), read_delivery);
  }

  std::vector<Delivery> deliveries_of(MemberNo member, Span span) override {
    Query query = db_.query(
        "SELECT d.message_no, d.delivery_id, d.member_no, d.route_no, d.status, d.first_at, "
        "d.chain_no, d.converted, d.marks, d.crc FROM member_delivery m CROSS JOIN delivery d "
        "ON d.message_no = m.message_no AND d.delivery_id = m.delivery_id "
        "WHERE m.member_no = ? AND m.at BETWEEN ? AND ?");
    return all<Delivery>(query.bind(member).bind(span.from_us).bind(span.to_us), read_delivery);
  }

  bool add_touch(const TouchRow& row) override {
    Query query =
        db_.query("INSERT OR IGNORE INTO touch (" MH_TOUCH_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)");
    query.bind(row.member)
        .bind(row.at_us)
        .bind(static_cast<std::int64_t>(row.kind))
        .bind(row.message)
        .bind(row.delivery_id)
        .bind(checksum_of(row))
        .run();
    return query.changes() > 0;
  }

  void remove_touch(const TouchRow& row) override {
    db_.query(
           "DELETE FROM touch WHERE member_no = ? AND at = ? AND kind = ? AND message_no = ? "
           "AND delivery_id = ?")
        .bind(row.member)
        .bind(row.at_us)
        .bind(static_cast<std::int64_t>(row.kind))
        .bind(row.message)
        .bind(row.delivery_id)
        .run();
  }

  std::vector<TouchRow> touches_of(MemberNo member, Span span) override {
    Query query = db_.query("SELECT " MH_TOUCH_COLUMNS
                            " FROM touch WHERE member_no = ? AND at BETWEEN ? AND ?");
    return all<TouchRow>(query.bind(member).bind(span.from_us).bind(span.to_us), read_touch);
  }

  std::optional<Order> order(std::string_view order_id) override {
    Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_id = ?");
    if (!query.bind(order_id).step()) return {};
    return read_order(query);
  }

  Order order(OrderNo number) override {
    Query query = db_.query("SELECT " MH_ORDER_COLUMNS " FROM orders WHERE order_no = ?");
    if (!query.bind(number).step()) missing("order");
    return read_order(query);
  }

  OrderNo add_order(const Order& order) override {
    Query query = db_.query("SELECT coalesce(max(order_no), 0) + 1 FROM orders");
    query.step();
    Order numbered = order;
    numbered.number = query.number<OrderNo>();
    put_order(numbered);
    return numbered.number;
  }

  void put_order(const Order& order) override {
    const std::string lines = encode_lines(order.version.lines);
    db_.query("INSERT OR REPLACE INTO orders (" MH_ORDER_COLUMNS
              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(order.number)
        .bind(order.order_id)
        .bind(order.member)
        .bind(order.placed_at_us)
        .bind(order.version.revision)
        .bind(order.version.at_us)
        .bind(order.version.currency)
        .bind(order.version.amount_minor)
        .bind(order.version.message)
        .bind(order.version.message_id)
        .bind(order.refunded_minor)
        .bind_blob(lines)
        .bind(checksum_of(order, lines))
        .run();
  }

  std::vector<OrderNo> orders_of(MemberNo member, Span placed) override {
    Query query = db_.query(
        "SELECT order_no FROM orders WHERE member_no = ? AND member_no > 0 AND placed_at "
        "BETWEEN ? AND ?");
    return all<OrderNo>(query.bind(member).bind(placed.from_us).bind(placed.to_us),
                        [](Query& row) { return row.number<OrderNo>(); });
  }

  std::optional<Refund> refund(std::string_view refund_id) override {
    Query query = db_.query("SELECT " MH_REFUND_COLUMNS " FROM refund WHERE refund_id = ?");
    if (!query.bind(refund_id).step()) return {};
    return read_refund(query);
  }

  void put_refund(const Refund& refund) override {
    db_.query("INSERT OR REPLACE INTO refund (" MH_REFUND_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)")
        .bind(refund.refund_id)
        .bind(refund.order_id)
        .bind(refund.at_us)
        .bind(refund.currency)
        .bind(refund.amount_minor)
        .bind(checksum_of(refund))
        .run();
  }

  std::vector<Refund> refunds_of(std::string_view order_id) override {
    Query query = db_.query("SELECT " MH_REFUND_COLUMNS " FROM refund WHERE order_id = ?");
    return all<Refund>(query.bind(order_id), read_refund);
  }

  std::optional<CreditRow> credit(OrderNo order) override {
    Query query = db_.query("SELECT " MH_CREDIT_COLUMNS " FROM credit WHERE order_no = ?");
    if (!query.bind(order).step()) return {};
    return read_credit(query);
  }

  void put_credit(const CreditRow& row) override {
    db_.query("INSERT OR REPLACE INTO credit (" MH_CREDIT_COLUMNS
              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(row.order)
        .bind(row.message)
        .bind(row.ordered_at_us)
        .bind(row.member)
        .bind(row.currency)
        .bind(row.gross_minor)
        .bind(row.refunded_minor)
        .bind(static_cast<std::int64_t>(row.touch))
        .bind(row.touch_at_us)
        .bind(row.delivery_id)
        .bind(row.rule_version)
        .bind(checksum_of(row))
        .run();
  }

  void remove_credit(const CreditRow& row) override {
    db_.query("DELETE FROM credit WHERE order_no = ?").bind(row.order).run();
  }

  MemberCounts member_counts(MessageNo message, MemberNo member) override {
    Query query = db_.query(
        "SELECT clicks, opens, coupons, orders FROM message_member "
        "WHERE message_no = ? AND member_no = ?");
    MemberCounts counts;
    if (!query.bind(message).bind(member).step()) return counts;
    counts.clicks = query.integer();
    counts.opens = query.integer();
    counts.coupons = query.integer();
    counts.orders = query.integer();
    return counts;
  }

  void put_member_counts(MessageNo message, MemberNo member, const MemberCounts& row) override {
    if (row.none()) {
      db_.query("DELETE FROM message_member WHERE message_no = ? AND member_no = ?")
          .bind(message)
          .bind(member)
          .run();
      return;
    }
    db_.query(
           "INSERT OR REPLACE INTO message_member (message_no, member_no, clicks, opens, "
           "coupons, orders) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(message)
        .bind(member)
        .bind(row.clicks)
        .bind(row.opens)
        .bind(row.coupons)
        .bind(row.orders)
        .run();
  }

  void add_money(MessageNo message, std::string_view currency,
                 const MessageMoney& change) override {
    db_.query(
           "INSERT INTO message_money (message_no, currency, orders, gross, refunded, cost) "
           "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET orders = orders + "
           "excluded.orders, gross = gross + excluded.gross, refunded = refunded + "
           "excluded.refunded, cost = cost + excluded.cost")
        .bind(message)
        .bind(currency)
        .bind(change.orders)
        .bind(change.gross_minor)
        .bind(change.refunded_minor)
        .bind(change.cost_minor)
        .run();
  }

  void add_day(MessageNo message, std::int32_t day, const DayCounts& change) override {
    db_.query(
           "INSERT INTO message_day (message_no, day, success, failed, pending, excluded, "
           "clicks) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET success = success + "
           "excluded.success, failed = failed + excluded.failed, pending = pending + "
           "excluded.pending, \"excluded\" = message_day.\"excluded\" + "
           "excluded.\"excluded\", clicks = clicks + excluded.clicks")
        .bind(message)
        .bind(day)
        .bind(change.success)
        .bind(change.failed)
        .bind(change.pending)
        .bind(change.excluded)
        .bind(change.clicks)
        .run();
  }

  void add_revenue_day(MessageNo message, std::int32_t day, std::string_view currency,
                       const ShopMoney& change) override {
    db_.query(
           "INSERT INTO revenue_day (message_no, day, currency, orders, gross, refunded) "
           "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET orders = orders + "
           "excluded.orders, gross = gross + excluded.gross, refunded = refunded + "
           "excluded.refunded")
        .bind(message)
        .bind(day)
        .bind(currency)
        .bind(change.orders)
        .bind(change.gross_minor)
        .bind(change.refunded_minor)
        .run();
  }

  void add_failure(MessageNo message, RouteNo route, std::string_view code,
                   const FailureCounts& change) override {
    db_.query(
           "INSERT INTO failure (message_no, route_no, code, attempts, unreached) "
           "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET attempts = attempts + "
           "excluded.attempts, unreached = unreached + excluded.unreached")
        .bind(message)
        .bind(route)
        .bind(code)
        .bind(change.attempts)
        .bind(change.unreached)
        .run();
  }

  void add_shop(std::string_view currency, const ShopMoney& change) override {
    db_.query(
           "INSERT INTO shop (currency, orders, gross, refunded) VALUES (?, ?, ?, ?) "
           "ON CONFLICT DO UPDATE SET orders = orders + excluded.orders, gross = gross + "
           "excluded.gross, refunded = refunded + excluded.refunded")
        .bind(currency)
        .bind(change.orders)
        .bind(change.gross_minor)
        .bind(change.refunded_minor)
        .run();
  }

  bool append_audit(AuditRow& row, const std::function<Sha256(const AuditRow&)>& seal) override {
    if (row.event == "granted") {
      Query seen = db_.query("SELECT 1 FROM audit WHERE iss = ? AND jti = ? AND event = 'granted'");
      if (seen.bind(row.iss).bind(row.jti).step()) return false;
    }
    {
      Query last = db_.query("SELECT audit_no, sha256 FROM audit ORDER BY audit_no DESC LIMIT 1");
      const bool any = last.step();
      row.number = any ? last.integer() + 1 : 1;
      row.previous_sha256 = any ? sha256_of(last.bytes()) : Sha256{};
    }
    row.sha256 = seal(row);
    Query query = db_.query(
        "INSERT INTO audit (audit_no, at, event, export_id, actor, origin, reason, message_id, "
        "dialect, columns, masked, rows, csv_sha256, detail, iss, jti, previous_sha256, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(row.number).bind(row.at_us);
    for (const std::string* text : {&row.event, &row.export_id, &row.actor, &row.origin,
                                    &row.reason, &row.message_id, &row.dialect, &row.columns}) {
      query.bind(*text);
    }
    query.bind(row.masked ? 1 : 0).bind(row.rows);
    for (const std::string* text : {&row.csv_sha256, &row.detail, &row.iss, &row.jti}) {
      query.bind(*text);
    }
    query.bind_blob(bytes_of(row.previous_sha256)).bind_blob(bytes_of(row.sha256)).run();
    return true;
  }

  void commit(bool forget) override {
    db_.execute("COMMIT");
    committed_ = true;
    if (forget) db_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }

 private:
  std::int64_t last_insert() {
    Query query = db_.query("SELECT last_insert_rowid()");
    query.step();
    return query.integer();
  }

  [[noreturn]] void missing(const char* what) {
    throw crm::Failure(CRM_ERR_CORRUPT, db_.file() + ": a " + what +
                                            " that other rows refer to is missing; restore the "
                                            "tenant's folder from a backup");
  }

  void index_by_member(const Delivery& row, const Delivery* before) {
    const std::int64_t at_us = row.state.timeline_at_us();
    if (before != nullptr) {
      const std::int64_t before_us = before->state.timeline_at_us();
      if (before->state.member == row.state.member && before_us == at_us) return;
      if (is_person(before->state.member)) {
        db_.query(
               "DELETE FROM member_delivery WHERE member_no = ? AND at = ? AND message_no = ? "
               "AND delivery_id = ?")
            .bind(before->state.member)
            .bind(before_us)
            .bind(row.message)
            .bind(row.delivery_id)
            .run();
      }
    }
    if (!is_person(row.state.member)) return;
    db_.query(
           "INSERT OR REPLACE INTO member_delivery (member_no, at, message_no, delivery_id) "
           "VALUES (?, ?, ?, ?)")
        .bind(row.state.member)
        .bind(at_us)
        .bind(row.message)
        .bind(row.delivery_id)
        .run();
  }

  Connection& db_;
  bool committed_ = false;
  std::int64_t last_chain_ = 0;
};

}  // namespace

std::unique_ptr<WriteTransaction> make_writer(Connection& db) {
  return std::make_unique<SqliteWriter>(db);
}

}  // namespace message_history::sqlite
