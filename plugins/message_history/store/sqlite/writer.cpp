#include "store/sqlite/writer.h"

#include "store/sqlite/rows_io.h"

namespace message_history::sqlite {

SqliteWriter::SqliteWriter(Connection& db) : db_(db) {
  db_.execute("BEGIN IMMEDIATE");
}

SqliteWriter::~SqliteWriter() {
  if (committed_) return;
  try {
    db_.execute("ROLLBACK");
  } catch (const crm::Failure&) {
    // SQLite already rolled back, as it does on a full disk.
  }
}

SourceRow SqliteWriter::source(std::string_view name) {
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

void SqliteWriter::put_source(const SourceRow& row) {
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

void SqliteWriter::add_quarantine(const QuarantineRow& row) {
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

void SqliteWriter::redact_quarantine(const MemberKey& member) {
  db_.query("UPDATE quarantine SET event = '', member_key = NULL WHERE member_key = ?")
      .bind_blob(bytes_of(member))
      .run();
}

std::optional<MessageRow> SqliteWriter::message(std::string_view message_id) {
  Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_id = ?");
  if (!query.bind(message_id).step()) return {};
  return read_message(query);
}

MessageRow SqliteWriter::message(MessageNo number) {
  Query query = db_.query("SELECT " MH_MESSAGE_COLUMNS " FROM message WHERE message_no = ?");
  if (!query.bind(number).step()) missing("message");
  return read_message(query);
}

MessageNo SqliteWriter::add_message(std::string_view message_id) {
  db_.query("INSERT INTO message (message_id) VALUES (?)").bind(message_id).run();
  return MessageNo{last_insert()};
}

void SqliteWriter::put_message(const MessageRow& row) {
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

RouteNo SqliteWriter::route(Channel channel, std::string_view provider) {
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

Route SqliteWriter::route(RouteNo number) {
  Query query = db_.query("SELECT channel, provider FROM route WHERE route_no = ?");
  if (!query.bind(number).step()) missing("route");
  Route route;
  route.number = number;
  route.channel = static_cast<Channel>(query.integer());
  route.provider = query.text();
  return route;
}

MemberNo SqliteWriter::live_member(std::string_view member_id) {
  Query query = db_.query("SELECT member_no FROM member WHERE member = ? AND erased = 0");
  return query.bind(member_id).step() ? query.number<MemberNo>() : MemberNo{};
}

MemberNo SqliteWriter::add_member(std::string_view member_id) {
  db_.query("INSERT INTO member (member, erased) VALUES (?, 0)").bind(member_id).run();
  return MemberNo{last_insert()};
}

std::optional<std::string> SqliteWriter::live_member_id(MemberNo number) {
  Query query = db_.query("SELECT member FROM member WHERE member_no = ? AND erased = 0");
  if (!query.bind(number).step()) return {};
  return query.text();
}

void SqliteWriter::remove_member(MemberNo number) {
  db_.query("DELETE FROM member WHERE member_no = ?").bind(number).run();
}

bool SqliteWriter::has_control_groups() {
  return db_.query("SELECT 1 FROM message WHERE held_out > 0 LIMIT 1").step();
}

bool SqliteWriter::has_erasures() {
  return db_.query("SELECT 1 FROM erasure LIMIT 1").step();
}

std::optional<MemberIdentity> SqliteWriter::erasure(const MemberKey& key) {
  Query query = db_.query("SELECT member_no, until_at FROM erasure WHERE member_key = ?");
  if (!query.bind_blob(bytes_of(key)).step()) return {};
  MemberIdentity identity;
  identity.erased = query.number<MemberNo>();
  identity.erased_until_us = query.integer();
  return identity;
}

MemberNo SqliteWriter::entomb(MemberNo member, std::string_view tombstone) {
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

void SqliteWriter::put_erasure(const MemberKey& key, MemberNo erased, std::int64_t until_us) {
  db_.query("INSERT OR REPLACE INTO erasure (member_key, member_no, until_at) VALUES (?, ?, ?)")
      .bind_blob(bytes_of(key))
      .bind(erased)
      .bind(until_us)
      .run();
}

void SqliteWriter::commit(bool forget) {
  db_.execute("COMMIT");
  committed_ = true;
  if (forget) db_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::int64_t SqliteWriter::last_insert() {
  Query query = db_.query("SELECT last_insert_rowid()");
  query.step();
  return query.integer();
}

void SqliteWriter::missing(const char* what) {
  throw crm::Failure(CRM_ERR_CORRUPT, db_.file() + ": a " + what +
                                          " that other rows refer to is missing; restore the "
                                          "tenant's folder from a backup");
}

}  // namespace message_history::sqlite
