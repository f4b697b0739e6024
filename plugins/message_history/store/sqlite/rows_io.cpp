#include "store/sqlite/rows_io.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/snapshot_rows.h"

namespace message_history::sqlite {

namespace {

void check(std::int64_t stored, std::int64_t computed, const char* what, std::string_view id) {
  if (stored == computed) return;
  throw crm::Failure(CRM_ERR_CORRUPT, std::string("the stored ") + what + " \"" + std::string(id) +
                                          "\" does not match its checksum; restore the tenant's "
                                          "folder from a backup");
}

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
  check(query.integer(), checksum_of(row), "touch of delivery", row.delivery_id);
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
  const std::string lines = query.text();
  check(query.integer(), checksum_of(row, lines), "order", row.order_id);
  row.version.lines = decode_lines(lines);
  return row;
}

Refund read_refund(Query& query) {
  Refund row;
  row.refund_id = query.text();
  row.order_id = query.text();
  row.at_us = query.integer();
  row.currency = query.text();
  row.amount_minor = query.integer();
  check(query.integer(), checksum_of(row), "refund", row.refund_id);
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
  check(query.integer(), checksum_of(row), "credit of order number",
        std::to_string(row.order.value));
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
  Query query = db.query("SELECT " MH_SOURCE_COLUMNS " FROM source ORDER BY name");
  return rows_of(query, read_source);
}

MoneyByCurrency read_money(Connection& db, MessageNo message) {
  Query query = db.query(
      "SELECT currency, orders, gross, refunded, cost FROM message_money "
      "WHERE message_no = ? AND (" MH_SOLD_ANYTHING " OR cost != 0)");
  query.bind(message);
  MoneyByCurrency money;
  while (query.step()) {
    MessageMoney& row = money[query.text()];
    row.orders = query.integer();
    row.gross_minor = query.integer();
    row.refunded_minor = query.integer();
    row.cost_minor = query.integer();
  }
  return money;
}

std::int64_t checksum_of(const TouchRow& row) {
  return RowChecksum()
      .add(row.member.value)
      .add(row.at_us)
      .add(static_cast<std::int64_t>(row.kind))
      .add(row.message.value)
      .add(row.delivery_id)
      .value();
}

std::int64_t checksum_of(const Order& row, std::string_view lines) {
  return RowChecksum()
      .add(row.number.value)
      .add(row.order_id)
      .add(row.member.value)
      .add(row.placed_at_us)
      .add(row.version.revision)
      .add(row.version.at_us)
      .add(row.version.currency)
      .add(row.version.amount_minor)
      .add(row.version.message.value)
      .add(row.version.message_id)
      .add(row.refunded_minor)
      .add(lines)
      .value();
}

std::int64_t checksum_of(const Refund& row) {
  return RowChecksum()
      .add(row.refund_id)
      .add(row.order_id)
      .add(row.at_us)
      .add(row.currency)
      .add(row.amount_minor)
      .value();
}

std::int64_t checksum_of(const CreditRow& row) {
  return RowChecksum()
      .add(row.order.value)
      .add(row.message.value)
      .add(row.ordered_at_us)
      .add(row.member.value)
      .add(row.currency)
      .add(row.gross_minor)
      .add(row.refunded_minor)
      .add(static_cast<std::int64_t>(row.touch))
      .add(row.touch_at_us)
      .add(row.delivery_id)
      .add(row.rule_version)
      .value();
}

AuditHead read_audit_head(Connection& db) {
  Query query = db.query("SELECT audit_no, sha256 FROM audit_head");
  if (!query.step()) return {};
  const std::int64_t number = query.integer();
  return {number, sha256_of(query.bytes())};
}

}  // namespace message_history::sqlite
