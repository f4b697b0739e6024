#include "store/sqlite/base/rows_io.h"

#include "store/sqlite/base/codec.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

namespace {

// A value outside its enumeration is a damaged row.
template <class E>
E read_enum(Query& query, E last) {
  const std::int64_t value = query.integer();
  if (value < 0 || value > static_cast<std::int64_t>(last)) {
    throw crm::Failure(CRM_ERR_CORRUPT,
                       "a stored row holds an unknown value; restore the tenant's folder from a "
                       "backup");
  }
  return static_cast<E>(value);
}

}  // namespace

MessageRow read_message(Query& query) {
  MessageRow row;
  row.number = query.number<MessageNo>();
  row.message_id = query.text();
  MessageFacts& facts = row.report.facts;
  facts.at_us = query.integer();
  facts.state = read_enum<MessageState>(query, MessageState::cancelled);
  facts.kind = read_enum<MessageKind>(query, MessageKind::manual);
  facts.channel = read_enum<Channel>(query, Channel::email);
  facts.name = query.text();
  row.report.scheduled_at_us.at_us = query.integer();
  row.report.scheduled_at_us.value = query.integer();
  row.report.audience.at_us = query.integer();
  row.report.audience.value = query.integer();
  row.sent_at_us = query.optional_integer();
  row.activity_at_us = query.integer();
  row.listed_day = static_cast<std::int32_t>(query.integer());
  RecipientCounts& recipients = row.counts.recipients;
  for (std::int64_t* counter :
       {&recipients.success, &recipients.failed, &recipients.pending, &recipients.excluded,
        &recipients.delivered, &recipients.held_out, &recipients.converted_reached,
        &recipients.converted_held_out, &row.counts.clickers, &row.counts.openers,
        &row.counts.redeemers, &row.counts.buyers, &row.counts.orders}) {
    *counter = query.integer();
  }
  return row;
}

TouchRow read_touch(Query& query) {
  TouchRow row;
  row.member = query.number<MemberNo>();
  row.at_us = query.integer();
  row.kind = static_cast<TouchKind>(query.integer());
  row.message = query.number<MessageNo>();
  row.delivery_id = query.text();
  return row;
}

Order read_order(Query& query) {
  Order row;
  row.number = query.number<OrderNo>();
  row.order_id = query.text();
  row.member = query.number<MemberNo>();
  row.placed_at_us = query.integer();
  row.version.revision = query.integer();
  row.version.at_us = query.integer();
  row.version.currency = query.text();
  row.version.amount_minor = query.integer();
  row.version.message = query.number<MessageNo>();
  row.version.message_id = query.text();
  row.refunded_minor = query.integer();
  row.version.lines = decode_lines(query.bytes());
  return row;
}

Refund read_refund(Query& query) {
  Refund row;
  row.refund_id = query.text();
  row.order_id = query.text();
  row.at_us = query.integer();
  row.currency = query.text();
  row.amount_minor = query.integer();
  return row;
}

CreditRow read_credit(Query& query) {
  CreditRow row;
  row.order = query.number<OrderNo>();
  row.message = query.number<MessageNo>();
  row.ordered_at_us = query.integer();
  row.member = query.number<MemberNo>();
  row.currency = query.text();
  row.gross_minor = query.integer();
  row.refunded_minor = query.integer();
  row.touch = static_cast<TouchKind>(query.integer());
  row.touch_at_us = query.integer();
  row.delivery_id = query.text();
  row.rule_version = query.integer();
  return row;
}

SourceRow read_source(Query& query) {
  SourceRow row;
  row.number = query.number<SourceNo>();
  row.name = query.text();
  for (std::int64_t* value : {&row.position, &row.accepted, &row.duplicates, &row.rejected,
                              &row.skipped, &row.batches, &row.recorded_at_us}) {
    *value = query.integer();
  }
  return row;
}

std::vector<SourceRow> read_sources(Connection& db) {
  std::vector<SourceRow> rows;
  Query query = db.rows(tables::source, "ORDER BY name");
  RowsSeen seen(tables::source);
  for (; query.step(); seen.add(query)) rows.push_back(read_source(query));
  seen.expect_all(db);
  return rows;
}

MoneyByCurrency read_money(Connection& db, MessageNo message) {
  Query query = db.rows(tables::message_money, "WHERE message_no = ?");
  query.bind(message);
  MoneyByCurrency money;
  while (query.step()) {
    query.skip(1);
    std::string currency = query.text();
    const MessageMoney row = read_message_money(query);
    if (row != MessageMoney{}) money.emplace(std::move(currency), row);
  }
  return money;
}

MessageMoney read_message_money(Query& query) {
  MessageMoney row;
  row.orders = query.integer();
  row.gross_minor = query.integer();
  row.refunded_minor = query.integer();
  row.cost_minor = query.integer();
  return row;
}

ShopMoney read_shop_money(Query& query) {
  ShopMoney money;
  money.orders = query.integer();
  money.gross_minor = query.integer();
  money.refunded_minor = query.integer();
  return money;
}

DayCounts read_day_counts(Query& query) {
  DayCounts counts;
  for (std::int64_t* counter :
       {&counts.success, &counts.failed, &counts.pending, &counts.excluded, &counts.clicks}) {
    *counter = query.integer();
  }
  return counts;
}

ListCounts read_list_counts(Query& query) {
  ListCounts counts;
  for (std::int64_t* counter : {&counts.messages, &counts.success, &counts.failed, &counts.pending,
                                &counts.excluded, &counts.clickers, &counts.orders}) {
    *counter = query.integer();
  }
  return counts;
}

MemberCounts read_member_counts(Query& query) {
  query.skip(2);
  MemberCounts counts;
  for (std::int64_t* counter : {&counts.clicks, &counts.opens, &counts.coupons, &counts.orders}) {
    *counter = query.integer();
  }
  return counts;
}

Route read_route(Query& query) {
  Route route;
  route.number = query.number<RouteNo>();
  const std::int64_t channel = query.integer();
  if (channel < 0 || channel >= channel_count) {
    throw crm::Failure(CRM_ERR_CORRUPT, "a stored route has channel " + std::to_string(channel) +
                                            ", which does not exist; restore the tenant's folder "
                                            "from a backup");
  }
  route.channel = static_cast<Channel>(channel);
  route.provider = query.text();
  return route;
}

std::vector<Route> read_routes(Connection& db) {
  std::vector<Route> routes;
  Query query = db.rows(tables::route, "ORDER BY route_no");
  RowsSeen seen(tables::route);
  for (; query.step(); seen.add(query)) routes.push_back(read_route(query));
  seen.expect_all(db);
  return routes;
}

RevenueDayRow read_revenue_day(Query& query) {
  query.skip(1);
  RevenueDayRow row;
  row.day = static_cast<std::int32_t>(query.integer());
  row.currency = query.text();
  row.money = read_shop_money(query);
  return row;
}

QuarantineEntry read_quarantine(Query& query) {
  QuarantineEntry entry;
  entry.number = query.integer();
  entry.row.source = query.number<SourceNo>();
  entry.row.seq = query.integer();
  entry.row.at_us = query.integer();
  entry.row.kind = query.text();
  entry.row.reason = query.text();
  entry.row.event = query.text();
  if (const std::string_view key = query.bytes(); !key.empty()) entry.row.member = sha256_of(key);
  return entry;
}

SkippedRow read_skipped(Query& query) {
  SkippedRow row;
  row.source = query.number<SourceNo>();
  row.name = query.text();
  row.events = query.integer();
  row.at_us = query.integer();
  return row;
}

AuditRow read_audit(Query& query) {
  AuditRow row;
  row.number = query.integer();
  row.at_us = query.integer();
  for (std::string* value : {&row.event, &row.export_id, &row.actor, &row.origin, &row.reason,
                             &row.message_id, &row.dialect, &row.columns}) {
    *value = query.text();
  }
  row.masked = query.integer() != 0;
  row.rows = query.integer();
  for (std::string* value : {&row.csv_sha256, &row.detail, &row.iss, &row.jti}) {
    *value = query.text();
  }
  row.previous_sha256 = sha256_of(query.bytes());
  row.sha256 = sha256_of(query.bytes());
  return row;
}

void missing_row(Connection& db, std::string_view what, std::int64_t number) {
  damaged(db.file(), std::string(what) + " " + std::to_string(number) +
                         ", which other rows refer to, is missing");
}

Order stored_order(Connection& db, OrderNo number) {
  Query query = db.find(tables::orders);
  if (!query.bind(number).step()) missing_row(db, "order", number.value);
  return read_order(query);
}

MemberRow stored_member(Connection& db, MemberNo number) {
  Query query = db.find(tables::member);
  if (!query.bind(number).step()) missing_row(db, "member", number.value);
  query.skip(1);
  return {number, query.text(), query.integer() != 0};
}

void bind_message(Query& query, const MessageRow& row) {
  const MessageReport& report = row.report;
  const RecipientCounts& recipients = row.counts.recipients;
  query.bind(row.number)
      .bind(row.message_id)
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
      .bind(row.activity_at_us)
      .bind(row.listed_day);
  for (const std::int64_t counter :
       {recipients.success, recipients.failed, recipients.pending, recipients.excluded,
        recipients.delivered, recipients.held_out, recipients.converted_reached,
        recipients.converted_held_out, row.counts.clickers, row.counts.openers,
        row.counts.redeemers, row.counts.buyers, row.counts.orders}) {
    query.bind(counter);
  }
}

void bind_order(Query& query, const Order& order) {
  query.bind(order.number)
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
      .bind_blob(encode_lines(order.version.lines));
}

AuditHead read_audit_head(Connection& db) {
  Query query = db.rows(tables::audit_head, "");
  AuditHead head;
  RowsSeen seen(tables::audit_head);
  for (; query.step(); seen.add(query)) {
    query.skip(1);
    head.number = query.integer();
    head.sha256 = sha256_of(query.bytes());
  }
  seen.expect_all(db);
  return head;
}

}  // namespace message_history::sqlite
