// The tenant database, version by version. SCHEMA.md describes the tables and the packed columns.
#pragma once

#include <array>
#include <cstdint>

namespace message_history::sqlite {

// "CRMH": marks the file as one of ours for anyone who looks at its header.
inline constexpr std::int32_t application_id = 0x43524D48;

// schema_steps[n] brings version n to n + 1. A released step never changes.
inline constexpr std::array schema_steps = {
    R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

CREATE TABLE source (
  source_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL,
  accepted INTEGER NOT NULL, duplicates INTEGER NOT NULL, rejected INTEGER NOT NULL,
  skipped INTEGER NOT NULL, batches INTEGER NOT NULL, recorded_at INTEGER NOT NULL);
CREATE TABLE quarantine (
  quarantine_no INTEGER PRIMARY KEY AUTOINCREMENT, source_no INTEGER NOT NULL,
  seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
  event TEXT NOT NULL, member_key BLOB);
CREATE INDEX quarantine_member ON quarantine (member_key) WHERE member_key IS NOT NULL;

CREATE TABLE route (
  route_no INTEGER PRIMARY KEY, channel INTEGER NOT NULL, provider TEXT NOT NULL,
  UNIQUE (channel, provider));
CREATE TABLE member (
  member_no INTEGER PRIMARY KEY, member TEXT NOT NULL, erased INTEGER NOT NULL);
CREATE TABLE erasure (
  member_key BLOB PRIMARY KEY, member_no INTEGER NOT NULL, until_at INTEGER NOT NULL)
  WITHOUT ROWID;

CREATE TABLE message (
  message_no INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE,
  facts_at INTEGER NOT NULL DEFAULT -1, state INTEGER NOT NULL DEFAULT 0,
  kind INTEGER NOT NULL DEFAULT 0, channel INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '',
  scheduled_set_at INTEGER NOT NULL DEFAULT -1, scheduled_at INTEGER NOT NULL DEFAULT 0,
  audience_set_at INTEGER NOT NULL DEFAULT -1, audience INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER, activity_at INTEGER NOT NULL DEFAULT 0, listed_day INTEGER NOT NULL DEFAULT 0,
  success INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0, excluded INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0, held_out INTEGER NOT NULL DEFAULT 0,
  converted_reached INTEGER NOT NULL DEFAULT 0, converted_held_out INTEGER NOT NULL DEFAULT 0,
  clickers INTEGER NOT NULL DEFAULT 0, openers INTEGER NOT NULL DEFAULT 0,
  redeemers INTEGER NOT NULL DEFAULT 0, buyers INTEGER NOT NULL DEFAULT 0,
  orders INTEGER NOT NULL DEFAULT 0);
CREATE INDEX message_with_control ON message (message_no) WHERE held_out > 0;
CREATE TABLE message_money (
  message_no INTEGER NOT NULL, currency TEXT NOT NULL, orders INTEGER NOT NULL,
  gross INTEGER NOT NULL, refunded INTEGER NOT NULL, cost INTEGER NOT NULL,
  PRIMARY KEY (message_no, currency)) WITHOUT ROWID;
CREATE TABLE message_day (
  message_no INTEGER NOT NULL, day INTEGER NOT NULL, success INTEGER NOT NULL,
  failed INTEGER NOT NULL, pending INTEGER NOT NULL, excluded INTEGER NOT NULL,
  clicks INTEGER NOT NULL, PRIMARY KEY (message_no, day)) WITHOUT ROWID;
CREATE TABLE revenue_day (
  message_no INTEGER NOT NULL, day INTEGER NOT NULL, currency TEXT NOT NULL,
  orders INTEGER NOT NULL, gross INTEGER NOT NULL, refunded INTEGER NOT NULL,
  PRIMARY KEY (message_no, day, currency)) WITHOUT ROWID;
CREATE TABLE failure (
  message_no INTEGER NOT NULL, route_no INTEGER NOT NULL, code TEXT NOT NULL,
  attempts INTEGER NOT NULL, unreached INTEGER NOT NULL,
  PRIMARY KEY (message_no, route_no, code)) WITHOUT ROWID;
CREATE TABLE message_member (
  message_no INTEGER NOT NULL, member_no INTEGER NOT NULL, clicks INTEGER NOT NULL,
  opens INTEGER NOT NULL, coupons INTEGER NOT NULL, orders INTEGER NOT NULL,
  PRIMARY KEY (message_no, member_no)) WITHOUT ROWID;
CREATE INDEX failure_by_attempts ON failure (message_no, attempts);
CREATE TABLE shop (
  currency TEXT PRIMARY KEY, orders INTEGER NOT NULL, gross INTEGER NOT NULL,
  refunded INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE message_place (
  sort INTEGER NOT NULL, shelf INTEGER NOT NULL, value NOT NULL, message_no INTEGER NOT NULL,
  day INTEGER NOT NULL, PRIMARY KEY (sort, shelf, value, message_no)) WITHOUT ROWID;
CREATE TABLE shelf (
  shelf INTEGER PRIMARY KEY, messages INTEGER NOT NULL, success INTEGER NOT NULL,
  failed INTEGER NOT NULL, pending INTEGER NOT NULL, excluded INTEGER NOT NULL,
  clickers INTEGER NOT NULL, orders INTEGER NOT NULL);
CREATE TABLE shelf_money (
  shelf INTEGER NOT NULL, currency TEXT NOT NULL, orders INTEGER NOT NULL, gross INTEGER NOT NULL,
  refunded INTEGER NOT NULL, PRIMARY KEY (shelf, currency)) WITHOUT ROWID;
CREATE TABLE shelf_day (
  day INTEGER NOT NULL, shelf INTEGER NOT NULL, messages INTEGER NOT NULL,
  success INTEGER NOT NULL, failed INTEGER NOT NULL, pending INTEGER NOT NULL,
  excluded INTEGER NOT NULL, clickers INTEGER NOT NULL, orders INTEGER NOT NULL,
  PRIMARY KEY (day, shelf)) WITHOUT ROWID;
CREATE TABLE shelf_day_money (
  day INTEGER NOT NULL, shelf INTEGER NOT NULL, currency TEXT NOT NULL, orders INTEGER NOT NULL,
  gross INTEGER NOT NULL, refunded INTEGER NOT NULL,
  PRIMARY KEY (day, shelf, currency)) WITHOUT ROWID;
CREATE TABLE message_words (block INTEGER PRIMARY KEY, words BLOB NOT NULL);
CREATE TABLE period_day (
  days INTEGER NOT NULL, first_day INTEGER NOT NULL, message_no INTEGER NOT NULL,
  success INTEGER NOT NULL, failed INTEGER NOT NULL, pending INTEGER NOT NULL,
  excluded INTEGER NOT NULL, clicks INTEGER NOT NULL,
  PRIMARY KEY (days, first_day, message_no)) WITHOUT ROWID;
CREATE TABLE period_money (
  days INTEGER NOT NULL, first_day INTEGER NOT NULL, message_no INTEGER NOT NULL,
  currency TEXT NOT NULL, orders INTEGER NOT NULL, gross INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  PRIMARY KEY (days, first_day, message_no, currency)) WITHOUT ROWID;

CREATE TABLE run (
  run_no INTEGER PRIMARY KEY, tree INTEGER NOT NULL, level INTEGER NOT NULL,
  entries INTEGER NOT NULL, merged_into INTEGER NOT NULL, growing INTEGER NOT NULL,
  first_key BLOB NOT NULL, last_key BLOB NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE fence (
  run_no INTEGER NOT NULL, first_key BLOB NOT NULL, block_no INTEGER NOT NULL,
  PRIMARY KEY (run_no, first_key)) WITHOUT ROWID;
CREATE TABLE block (block_no INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE touch (
  member_no INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
  message_no INTEGER NOT NULL, delivery_id TEXT NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (member_no, at, kind, message_no, delivery_id)) WITHOUT ROWID;

CREATE TABLE orders (
  order_no INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, member_no INTEGER NOT NULL,
  placed_at INTEGER NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, message_no INTEGER NOT NULL,
  message_id TEXT NOT NULL, refunded INTEGER NOT NULL, lines BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX orders_by_member ON orders (
  member_no, placed_at, order_no, message_no, currency, amount, refunded) WHERE member_no > 0;
CREATE TABLE refund (
  refund_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, at INTEGER NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX refund_by_order ON refund (order_id);
CREATE TABLE held_refund (
  order_id TEXT NOT NULL, refund_id TEXT NOT NULL, PRIMARY KEY (order_id, refund_id))
  WITHOUT ROWID;
CREATE TABLE credit (
  order_no INTEGER PRIMARY KEY, message_no INTEGER NOT NULL, ordered_at INTEGER NOT NULL,
  member_no INTEGER NOT NULL, currency TEXT NOT NULL, gross INTEGER NOT NULL,
  refunded INTEGER NOT NULL, touch INTEGER NOT NULL, touch_at INTEGER NOT NULL,
  delivery_id TEXT NOT NULL, rule_version INTEGER NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX credit_by_message ON credit (message_no, ordered_at, order_no);

CREATE TABLE audit (
  audit_no INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL,
  export_id TEXT NOT NULL, actor TEXT NOT NULL, origin TEXT NOT NULL, reason TEXT NOT NULL,
  message_id TEXT NOT NULL, dialect TEXT NOT NULL, columns TEXT NOT NULL, masked INTEGER NOT NULL,
  rows INTEGER NOT NULL, csv_sha256 TEXT NOT NULL, detail TEXT NOT NULL, iss TEXT NOT NULL,
  jti TEXT NOT NULL, previous_sha256 BLOB NOT NULL, sha256 BLOB NOT NULL);
CREATE UNIQUE INDEX audit_token ON audit (iss, jti) WHERE event = 'granted';
)sql",
    R"sql(
CREATE TABLE past_order (order_key INTEGER PRIMARY KEY);
)sql",
    R"sql(
CREATE INDEX audit_completed ON audit (audit_no) WHERE event = 'completed';
CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1), audit_no INTEGER NOT NULL, sha256 BLOB NOT NULL);
INSERT INTO audit_head SELECT 1, audit_no, sha256 FROM audit ORDER BY audit_no DESC LIMIT 1;
CREATE TABLE running_export (export_id TEXT PRIMARY KEY, audit_no INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO running_export SELECT export_id, audit_no FROM audit WHERE event = 'granted'
  AND export_id NOT IN (SELECT export_id FROM audit WHERE event <> 'granted');
)sql",
    // migration.cpp brings the orders that are there into tree 6 instead.
    R"sql(
DROP INDEX orders_by_member;
)sql",
    // migration.cpp fills both, and drops the old ones.
    R"sql(
ALTER TABLE run RENAME TO old_run;
CREATE TABLE run (
  run_no INTEGER PRIMARY KEY, tree INTEGER NOT NULL, level INTEGER NOT NULL,
  entries INTEGER NOT NULL, merged_into INTEGER NOT NULL, growing INTEGER NOT NULL,
  first_key BLOB NOT NULL, last_key BLOB NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, first_place INTEGER NOT NULL, blocks INTEGER NOT NULL,
  crc INTEGER NOT NULL);
ALTER TABLE fence RENAME TO old_fence;
CREATE TABLE fence (
  run_no INTEGER NOT NULL, first_key BLOB NOT NULL, block_no INTEGER NOT NULL,
  place INTEGER NOT NULL, entries INTEGER NOT NULL, block_crc INTEGER NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY (run_no, first_key)) WITHOUT ROWID;
)sql",
    // migration.cpp fills the checksums and counts.
    R"sql(
ALTER TABLE meta ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE route ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE erasure ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_money ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_day ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revenue_day ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE failure ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_member ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shop ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_place ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shelf ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shelf_money ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shelf_day ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shelf_day_money ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_words ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE period_day ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE period_money ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held_refund ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE past_order ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit_head ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE running_export ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
CREATE TABLE row_count (
  name TEXT PRIMARY KEY, rows INTEGER NOT NULL, checksums INTEGER NOT NULL,
  crc INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // clicked_again.cpp fills them from the touches.
    R"sql(
CREATE TABLE clicked_again (
  message_no INTEGER NOT NULL, day INTEGER NOT NULL, previous_day INTEGER NOT NULL,
  members INTEGER NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (message_no, day, previous_day)) WITHOUT ROWID;
CREATE TABLE period_clicked_again (
  days INTEGER NOT NULL, previous_days INTEGER NOT NULL, first_day INTEGER NOT NULL,
  first_previous_day INTEGER NOT NULL, message_no INTEGER NOT NULL, members INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (days, previous_days, first_day, first_previous_day, message_no)) WITHOUT ROWID;
)sql",
    // period_figures.cpp fills the tables.
    R"sql(
CREATE INDEX message_day_by_day ON message_day (day, message_no);
CREATE INDEX revenue_day_by_day ON revenue_day (day, message_no);
CREATE TABLE shop_day (
  day INTEGER NOT NULL, currency TEXT NOT NULL, orders INTEGER NOT NULL, gross INTEGER NOT NULL,
  refunded INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (day, currency)) WITHOUT ROWID;
CREATE TABLE bought_by (
  message_no INTEGER NOT NULL, touch INTEGER NOT NULL, orders INTEGER NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY (message_no, touch)) WITHOUT ROWID;
CREATE TABLE other_refund (order_no INTEGER PRIMARY KEY, crc INTEGER NOT NULL);
)sql",
    // migration.cpp renews the checksums.
    R"sql(
ALTER TABLE erasure ADD COLUMN id_hash INTEGER NOT NULL DEFAULT -1;
)sql",
    // list_tables.cpp fills them from the messages.
    R"sql(
DROP TABLE message_place;
CREATE TABLE message_place (
  sort INTEGER NOT NULL, shelf INTEGER NOT NULL, value NOT NULL, message_id TEXT NOT NULL,
  message_no INTEGER NOT NULL, day INTEGER NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (sort, shelf, value, message_id)) WITHOUT ROWID;
DELETE FROM shelf;
DELETE FROM shelf_money;
DELETE FROM shelf_day;
DELETE FROM shelf_day_money;
)sql",
    // migration.cpp writes the rows that hold ids anew.
    "",
    R"sql(
CREATE INDEX quarantine_by_seq ON quarantine (source_no, seq, reason);
CREATE TABLE skipped (
  source_no INTEGER NOT NULL, name TEXT NOT NULL, events INTEGER NOT NULL, at INTEGER NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY (source_no, name)) WITHOUT ROWID;
)sql",
    R"sql(
CREATE INDEX touch_by_kind ON touch (member_no, kind, at, message_no, delivery_id);
CREATE INDEX click_by_message ON touch (member_no, message_no, at) WHERE kind = 3;
)sql",
    // refund_sums.cpp fills them from the refunds.
    R"sql(
CREATE TABLE refund_sum (
  order_id TEXT NOT NULL, currency TEXT NOT NULL, refunds INTEGER NOT NULL,
  amount INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (order_id, currency)) WITHOUT ROWID;
)sql",
};

inline constexpr auto schema_version = static_cast<std::int32_t>(schema_steps.size());

}  // namespace message_history::sqlite
