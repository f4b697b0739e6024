// Reading rows of the shared tables from a query, for the writer and for snapshots alike.
//
// The column lists are literals so that SQL and reader stand side by side.
#pragma once

#include "model/order.h"
#include "store/rows.h"
#include "store/sqlite/connection.h"

namespace message_history::sqlite {

#define MH_MESSAGE_COLUMNS                                                                       \
  "message_no, message_id, facts_at, state, kind, channel, name, scheduled_set_at, "             \
  "scheduled_at, audience_set_at, audience, sent_at, activity_at, listed_day, success, failed, " \
  "pending, excluded, delivered, held_out, converted_reached, converted_held_out, clickers, "    \
  "openers, "                                                                                    \
  "redeemers, buyers, orders"
#define MH_TOUCH_COLUMNS "member_no, at, kind, message_no, delivery_id, crc"
#define MH_ORDER_COLUMNS                                                                   \
  "order_no, order_id, member_no, placed_at, revision, at, currency, amount, message_no, " \
  "message_id, refunded, lines, crc"
#define MH_REFUND_COLUMNS "refund_id, order_id, at, currency, amount, crc"
#define MH_CREDIT_COLUMNS                                                                     \
  "order_no, message_no, ordered_at, member_no, currency, gross, refunded, touch, touch_at, " \
  "delivery_id, rule_version, crc"
#define MH_SOURCE_COLUMNS \
  "source_no, name, position, accepted, duplicates, rejected, skipped, batches, recorded_at"

// A change taken back leaves a row of zeros behind, which says nothing.
#define MH_SOLD_ANYTHING "(orders != 0 OR gross != 0 OR refunded != 0)"

// Each reads its columns from where the query stands; a checksum that does not match is CORRUPT.
MessageRow read_message(Query& query);
TouchRow read_touch(Query& query);
Order read_order(Query& query);
Refund read_refund(Query& query);
CreditRow read_credit(Query& query);
SourceRow read_source(Query& query);
std::vector<SourceRow> read_sources(Connection& db);  // by name
MoneyByCurrency read_money(Connection& db, MessageNo message);

std::int64_t checksum_of(const TouchRow& row);
std::int64_t checksum_of(const Order& row, std::string_view lines);
std::int64_t checksum_of(const Refund& row);
std::int64_t checksum_of(const CreditRow& row);

AuditHead read_audit_head(Connection& db);

}  // namespace message_history::sqlite
