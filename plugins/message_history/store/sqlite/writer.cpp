#include "store/sqlite/writer.h"

#include "store/sqlite/meta.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/tree_queries.h"

namespace message_history::sqlite {

namespace {

// One statement for many rows takes half the time of as many statements.
#define MH_EIGHT_MEMBERS \
  "(?, ?, 0), (?, ?, 0), (?, ?, 0), (?, ?, 0), (?, ?, 0), (?, ?, 0), (?, ?, 0), (?, ?, 0)"
constexpr std::size_t members_a_statement = 32;
constexpr const char* insert_members =
    "INSERT INTO member (member_no, member, erased) VALUES " MH_EIGHT_MEMBERS ", " MH_EIGHT_MEMBERS
    ", " MH_EIGHT_MEMBERS ", " MH_EIGHT_MEMBERS;

}  // namespace

void WriterState::forget() {
  for (SortedRuns* tree : trees.all()) tree->forget();
  highest_ids.clear();
  retention_.reset();
  members_loaded = false;
  last_member.reset();
  route_numbers.clear();
  routes.clear();
}

void WriterState::refresh() {
  Query query = db.query("PRAGMA data_version");
  query.step();
  const std::int64_t version = query.integer();
  if (version != data_version_) forget();
  data_version_ = version;
}

void WriterState::bound_members() {
  if (!members.is_full()) return;
  members.set_complete(false);
  if (members.is_oversized()) {
    members.clear();
    members_loaded = false;
  } else if (members.gives_way()) {
    members.clear();
  }
}

void WriterState::let_trees_drop() {
  trees.member_deliveries.set_dropped([this](std::string_view key, std::string_view) {
    return view_member_delivery(key).at_us < retention().kept_from_us;
  });
  trees.deliveries.set_dropped([this](std::string_view key, std::string_view value) {
    decode_delivery(key, value, scratch_);
    // One that was only named has no time.
    return !scratch_.state.marks.empty() &&
           scratch_.state.timeline_at_us() < retention().kept_from_us;
  });
  trees.deliveries.keep_dropped();
}

SqliteWriter::SqliteWriter(WriterState& state) : state_(state), db_(state.db), trees_(state.trees) {
  state_.bound_members();
  db_.begin_writing();
  changes_before_ = db_.changes();
  try {
    state_.refresh();
  } catch (...) {
    db_.roll_back();  // a destructor does not run for what was not made
    throw;
  }
}

SqliteWriter::~SqliteWriter() {
  if (committed_) return;
  for (RunEntries& entries : state_.pending) entries.clear();  // nothing of it may come later
  const bool was_interrupted = std::uncaught_exceptions() > exceptions_before_;
  if (was_interrupted || db_.changes() != changes_before_ || has_new_members_) state_.forget();
  db_.roll_back();
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
  row.number = SourceNo{db_.last_insert()};
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
  const MessageNo number{db_.last_insert()};
  state_.highest_ids.set(number, {});
  return number;
}

void SqliteWriter::put_message(const MessageRow& row) {
  const MessageReport& report = row.report;
  const RecipientCounts& recipients = row.counts.recipients;
  Query query = db_.query(
      "UPDATE message SET facts_at = ?2, state = ?3, kind = ?4, channel = ?5, name = ?6, "
      "scheduled_set_at = ?7, scheduled_at = ?8, audience_set_at = ?9, audience = ?10, "
      "sent_at = ?11, activity_at = ?12, listed_day = ?13, success = ?14, failed = ?15, "
      "pending = ?16, excluded = ?17, delivered = ?18, held_out = ?19, converted_reached = ?20, "
      "converted_held_out = ?21, clickers = ?22, openers = ?23, redeemers = ?24, buyers = ?25, "
      "orders = ?26 WHERE message_no = ?1");
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
      .bind(row.activity_at_us)
      .bind(row.listed_day);
  for (const std::int64_t counter :
       {recipients.success, recipients.failed, recipients.pending, recipients.excluded,
        recipients.delivered, recipients.held_out, recipients.converted_reached,
        recipients.converted_held_out, row.counts.clickers, row.counts.openers,
        row.counts.redeemers, row.counts.buyers, row.counts.orders}) {
    query.bind(counter);
  }
  query.run();
}

MoneyByCurrency SqliteWriter::money(MessageNo message) {
  return read_money(db_, message);
}

RouteNo SqliteWriter::route(Channel channel, std::string_view provider) {
  std::string name(1, static_cast<char>(channel));
  name.append(provider);
  RouteNo& number = state_.route_numbers[name];
  if (number) return number;
  {
    Query query = db_.query("SELECT route_no FROM route WHERE channel = ? AND provider = ?");
    query.bind(static_cast<std::int64_t>(channel)).bind(provider);
    if (query.step()) return number = query.number<RouteNo>();
  }
  db_.query("INSERT INTO route (channel, provider) VALUES (?, ?)")
      .bind(static_cast<std::int64_t>(channel))
      .bind(provider)
      .run();
  return number = RouteNo{db_.last_insert()};
}

const Route& SqliteWriter::route(RouteNo number) {
  const auto known = state_.routes.find(number);
  if (known != state_.routes.end()) return known->second;
  Query query = db_.query("SELECT channel, provider FROM route WHERE route_no = ?");
  if (!query.bind(number).step()) missing("route");
  Route route;
  route.number = number;
  route.channel = static_cast<Channel>(query.integer());
  route.provider = query.text();
  return state_.routes.emplace(number, std::move(route)).first->second;
}

MemberNo SqliteWriter::live_member(std::string_view member_id) {
  if (!state_.members_loaded) load_members();
  if (const MemberNo known = state_.members.find(member_id)) return known;
  if (state_.members.is_complete()) return {};
  put_new_members();
  const auto row = find_member(db_, trees_, member_id);
  if (!row || row->erased) return {};
  if (!state_.members.is_full()) state_.members.put(member_id, row->number);
  return row->number;
}

void SqliteWriter::find_members(std::span<MemberLookup> lookups) {
  if (!state_.members_loaded) load_members();
  state_.members.find(lookups);
  if (state_.members.is_complete()) return;
  for (MemberLookup& lookup : lookups) {
    if (!lookup.found) lookup.found = live_member(lookup.member_id);
  }
}

// All of them, or the newest, as far as they fit.
void SqliteWriter::load_members() {
  put_new_members();
  MemberCache& members = state_.members;
  members.clear();
  Query query = db_.query(
      "SELECT member_no, member FROM member WHERE erased = 0 "
      "ORDER BY member_no DESC");
  while (!members.is_full() && query.step()) {
    const auto number = query.number<MemberNo>();
    members.put(query.bytes(), number);
  }
  members.set_complete(!members.is_full());
  state_.members_loaded = true;
}

MemberNo SqliteWriter::last_member() {
  if (!state_.last_member) {
    Query query = db_.query("SELECT max(member_no) FROM member");
    query.step();
    state_.last_member = MemberNo{query.optional_integer().value_or(0)};
  }
  return *state_.last_member;
}

MemberNo SqliteWriter::next_member() {
  has_new_members_ = true;
  state_.last_member = MemberNo{last_member().value + 1};
  return *state_.last_member;
}

void SqliteWriter::add_hash(std::string_view member, MemberNo number) {
  pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, member, number), present);
}

MemberNo SqliteWriter::add_member(std::string_view member_id) {
  const MemberNo number = next_member();
  file_new_member(member_id, number);
  state_.members.put(member_id, number);
  return number;
}

// Where all members are in memory, one look there tells whether it is a new one.
MemberNo SqliteWriter::member(std::string_view member_id) {
  if (!state_.members_loaded) load_members();
  if (!state_.members.is_complete()) {
    const MemberNo live = live_member(member_id);
    return live ? live : add_member(member_id);
  }
  has_new_members_ = true;  // what the cache learns is forgotten with the transaction
  const MemberNo next{last_member().value + 1};
  const MemberNo member = state_.members.find_or_put(member_id, next);
  if (member == next) file_new_member(member_id, next_member());
  return member;
}

void SqliteWriter::file_new_member(std::string_view member_id, MemberNo number) {
  new_members_.emplace_back(number, member_id);
  if (new_members_.size() == members_a_statement) put_new_members();
  add_hash(member_id, number);
}

void SqliteWriter::put_new_members() {
  if (new_members_.size() == members_a_statement) {
    Query query = db_.query(insert_members);
    for (const auto& [number, member_id] : new_members_) query.bind(number).bind(member_id);
    query.run();
  } else {
    for (const auto& [number, member_id] : new_members_) {
      db_.query("INSERT INTO member (member_no, member, erased) VALUES (?, ?, 0)")
          .bind(number)
          .bind(member_id)
          .run();
    }
  }
  new_members_.clear();
}

std::optional<std::string> SqliteWriter::live_member_id(MemberNo number) {
  put_new_members();
  auto row = member_row(db_, number);
  if (!row || row->erased) return {};
  return std::move(row->member);
}

void SqliteWriter::remove_member(MemberNo number) {
  if (const auto id = live_member_id(number)) {
    pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, *id, number), {});
  }
  state_.members_loaded = false;
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
  // Until the commit, also the space of rows that are deleted or moved is overwritten.
  db_.execute("PRAGMA secure_delete=ON");
  if (member) {
    if (const auto id = live_member_id(member)) {
      pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, *id, member), {});
    }
    state_.members_loaded = false;
    db_.query("UPDATE member SET member = ?, erased = 1 WHERE member_no = ?")
        .bind(tombstone)
        .bind(member)
        .run();
  } else {
    member = next_member();
    db_.query("INSERT INTO member (member_no, member, erased) VALUES (?, ?, 1)")
        .bind(member)
        .bind(tombstone)
        .run();
  }
  add_hash(tombstone, member);
  return member;
}

void SqliteWriter::put_erasure(const MemberKey& key, MemberNo erased, std::int64_t until_us) {
  db_.query("INSERT OR REPLACE INTO erasure (member_key, member_no, until_at) VALUES (?, ?, ?)")
      .bind_blob(bytes_of(key))
      .bind(erased)
      .bind(until_us)
      .run();
}

void SqliteWriter::put_settled_record(std::int64_t number) {
  put_meta(db_, settled_record_key, std::to_string(number));
}

void SqliteWriter::put_pending() {
  put_new_members();
  for (SortedRuns* tree : trees_.all()) {
    tree->put(pending(tree->tree()));
  }
}

bool SqliteWriter::tidy_some() {
  for (SortedRuns* tree : trees_.all()) {
    if (tree->merge_when_quiet()) return true;
  }
  return false;
}

void SqliteWriter::commit(bool forget) {
  put_pending();
  for (SortedRuns* tree : trees_.all()) tree->merge_some();
  unfile_dropped();
  db_.execute("COMMIT");
  committed_ = true;
  if (!forget) return;
  db_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  db_.execute("PRAGMA secure_delete=FAST");
}

void SqliteWriter::missing(const char* what) {
  throw crm::Failure(CRM_ERR_CORRUPT, db_.file() + ": a " + what +
                                          " that other rows refer to is missing; restore the "
                                          "tenant's folder from a backup");
}

}  // namespace message_history::sqlite
