#include "store/sqlite/write/writer.h"

#include <algorithm>

#include "platform/memory_budget.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/query_rows.h"
#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/expire/scrub_state.h"
#include "store/sqlite/index/tree_queries.h"

namespace message_history::sqlite {

namespace {

// One statement for many rows takes half the time of as many statements.
#define MH_FOUR_MEMBERS "(?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?)"
#define MH_SIXTEEN_MEMBERS \
  MH_FOUR_MEMBERS ", " MH_FOUR_MEMBERS ", " MH_FOUR_MEMBERS ", " MH_FOUR_MEMBERS
constexpr std::size_t members_a_statement = 32;
constexpr std::size_t indexed_members_a_run = 200'000;
constexpr const char* insert_members =
    "INSERT INTO member (member_no, member, erased, crc) VALUES " MH_SIXTEEN_MEMBERS
    ", " MH_SIXTEEN_MEMBERS;

Query& bind_source(Query& query, const SourceRow& row) {
  query.bind(row.number).bind(row.name);
  for (const std::int64_t value : {row.position, row.accepted, row.duplicates, row.rejected,
                                   row.skipped, row.batches, row.recorded_at_us}) {
    query.bind(value);
  }
  return query;
}

}  // namespace

void WriterState::forget() {
  for (SortedRuns* tree : trees.all()) tree->forget();
  highest_ids.clear();
  retention_.reset();
  members_loaded = false;
  erased_ids.forget();
  last_member.reset();
  route_numbers.clear();
  routes.clear();
  quarantine_bytes.reset();
}

bool WriterState::refresh() {
  Query query = db.query("PRAGMA data_version");
  query.step();
  const std::int64_t version = query.integer();
  if (version == data_version_) return false;
  forget();
  data_version_ = version;
  return true;
}

void WriterState::bound_pending() {
  std::size_t bytes = 0;
  for (const RunEntries& entries : pending) bytes += entries.kept_bytes();
  if (bytes <= part_of_a_store(kept_entries_bytes_max)) return;
  for (RunEntries& entries : pending) entries = RunEntries();
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
    // A run that is missing would be missing without a gap.
    if (state_.refresh()) expect_all_rows(db_, tables::run);
  } catch (...) {
    state_.refresh_next_time();
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

// There are few. All are read, so that one that a damaged index hides is not taken for new.
SourceRow SqliteWriter::source(std::string_view name) {
  SourceRow row;
  row.number = SourceNo{1};
  row.name = name;
  for (SourceRow& known : read_sources(db_)) {
    if (known.name == name) return std::move(known);
    row.number = std::max(row.number, SourceNo{known.number.value + 1});
  }
  Query query = db_.add(tables::source);
  bind_source(query, row).run();
  return row;
}

void SqliteWriter::put_source(const SourceRow& row) {
  Query query = db_.change(tables::source);
  bind_source(query, row).run();
  if (query.changes() == 0) missing("source");
}

void SqliteWriter::add_repeated(SourceNo source, const Repeated& more) {
  Repeated sum = read_repeated(db_, source);
  if (sum.events == 0) sum.since_us = more.since_us;
  sum.events += more.events;
  put_repeated(db_, source, sum);
}

void SqliteWriter::end_repeated(SourceNo source) {
  if (read_repeated(db_, source).events > 0) put_repeated(db_, source, {});
}

// Names come from outside: beyond the maximum they share the empty one.
void SqliteWriter::count_skipped(const SkippedRow& row) {
  std::vector<SkippedRow> known;
  {
    Query query = db_.rows(tables::skipped, "WHERE source_no = ?");
    known = rows_of(query.bind(row.source), read_skipped);
  }
  const auto named = [&known](std::string_view name) {
    return std::ranges::find(known, name, &SkippedRow::name);
  };
  SkippedRow changed = row;
  if (named(row.name) == known.end() && known.size() >= skipped_names_max) {
    changed.name.clear();
  }
  if (const auto before = named(changed.name); before != known.end()) {
    changed.events += before->events;
  }
  Query query = db_.put(tables::skipped);
  query.bind(changed.source).bind(changed.name).bind(changed.events).bind(changed.at_us).run();
}

std::optional<MessageRow> SqliteWriter::message(std::string_view message_id) {
  Query query = db_.rows(tables::message, "WHERE message_id = ?");
  if (!query.bind(message_id).step()) return {};
  return read_message(query);
}

MessageRow SqliteWriter::message(MessageNo number) {
  Query query = db_.find(tables::message);
  if (!query.bind(number).step()) missing("message");
  return read_message(query);
}

MessageNo SqliteWriter::add_message(std::string_view message_id) {
  Query next = db_.query("SELECT coalesce(max(message_no), 0) + 1 FROM message");
  next.step();
  MessageRow row;
  row.number = next.number<MessageNo>();
  row.message_id = message_id;
  Query query = db_.add(tables::message);
  bind_message(query, row);
  query.run();
  state_.highest_ids.set(row.number, {});
  return row.number;
}

void SqliteWriter::put_message(const MessageRow& row) {
  Query query = db_.change(tables::message);
  bind_message(query, row);
  query.run();
  if (query.changes() == 0) missing("message");
}

MoneyByCurrency SqliteWriter::money(MessageNo message) {
  return read_money(db_, message);
}

RouteNo SqliteWriter::route(Channel channel, std::string_view provider) {
  std::string name(1, static_cast<char>(channel));
  name.append(provider);
  RouteNo& number = state_.route_numbers[name];
  if (number) return number;
  // There are few; see source().
  RouteNo next{1};
  for (const Route& known : read_routes(db_)) {
    if (known.channel == channel && known.provider == provider) return number = known.number;
    next = std::max(next, RouteNo{known.number.value + 1});
  }
  db_.add(tables::route).bind(next).bind(static_cast<std::int64_t>(channel)).bind(provider).run();
  return number = next;
}

const Route& SqliteWriter::route(RouteNo number) {
  const auto known = state_.routes.find(number);
  if (known != state_.routes.end()) return known->second;
  Query query = db_.find(tables::route);
  if (!query.bind(number).step()) missing("route");
  return state_.routes.emplace(number, read_route(query)).first->second;
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
  Query query = db_.rows(tables::member, "ORDER BY member_no DESC");
  RowsSeen seen(tables::member);
  while (!members.is_full() && query.step()) {
    seen.add(query);
    const auto number = query.number<MemberNo>();
    const std::string_view member_id = query.bytes();
    const bool is_erased = query.integer() != 0;
    if (!is_erased) members.put(member_id, number);
  }
  if (!members.is_full()) seen.expect_all(db_);
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
    Query query = db_.writes(tables::member, insert_members);
    for (const auto& [number, member_id] : new_members_) {
      query.bind(number).bind(member_id).bind(std::int64_t{0});
    }
    query.run();
  } else {
    for (const auto& [number, member_id] : new_members_) {
      db_.add(tables::member).bind(number).bind(member_id).bind(std::int64_t{0}).run();
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
  overwrite_what_is_deleted();
  if (const auto id = live_member_id(number)) {
    pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, *id, number), {});
    forget_member(*id);
  }
  db_.remove(tables::member).bind(number).run();
}

bool SqliteWriter::has_control_groups() {
  return db_.query("SELECT 1 FROM message WHERE held_out > 0 LIMIT 1").step();
}

// What the cache forgot is read again should the transaction not be committed.
void SqliteWriter::forget_member(std::string_view member_id) {
  has_new_members_ = true;
  state_.members.remove(member_id);
}

bool SqliteWriter::may_be_erased(std::string_view member_id) {
  return state_.erased_ids.may_hold(member_id);
}

std::optional<MemberIdentity> SqliteWriter::erasure(const MemberKey& key) {
  Query query = db_.find(tables::erasure);
  if (!query.bind_blob(bytes_of(key)).step()) return {};
  query.skip(1);
  MemberIdentity identity;
  identity.erased = query.number<MemberNo>();
  identity.erased_until_us = query.integer();
  return identity;
}

void SqliteWriter::overwrite_what_is_deleted() {
  if (!overwriting_) overwriting_.emplace(db_);
}

MemberNo SqliteWriter::pseudonymize(MemberNo member, std::string_view pseudonym) {
  overwrite_what_is_deleted();
  if (member) {
    if (const auto id = live_member_id(member)) {
      pending(Tree::member_hash).add(member_hash_key(trees_.hash_seed, *id, member), {});
      forget_member(*id);
    }
    db_.change(tables::member).bind(member).bind(pseudonym).bind(std::int64_t{1}).run();
  } else {
    member = next_member();
    db_.add(tables::member).bind(member).bind(pseudonym).bind(std::int64_t{1}).run();
  }
  add_hash(pseudonym, member);
  return member;
}

void SqliteWriter::put_erasure(std::string_view member_id, const MemberKey& key, MemberNo erased,
                               std::int64_t until_us) {
  const std::int64_t hash = state_.erased_ids.hash_of(member_id);
  db_.put(tables::erasure).bind_blob(bytes_of(key)).bind(erased).bind(until_us).bind(hash).run();
  state_.erased_ids.add(hash);
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

// Of one tree only: each erasure looks for what is filed under its member, and a run for each
// change of another tree would make every look-up of that one slower.
void SqliteWriter::put_pending(Tree tree) {
  for (SortedRuns* runs : trees_.all()) {
    if (runs->tree() == tree) runs->put(pending(tree));
  }
}

void SqliteWriter::put_pending_deliveries() {
  put_pending(Tree::delivery);
  put_pending(Tree::member_delivery);
}

void SqliteWriter::index_members() {
  Query query = db_.query("SELECT member_no, member FROM member");
  for (std::size_t count = 1; query.step(); ++count) {
    const auto number = query.number<MemberNo>();
    add_hash(query.bytes(), number);
    if (count % indexed_members_a_run == 0) {
      trees_.member_hashes.put(pending(Tree::member_hash));
    }
  }
}

bool SqliteWriter::tidy_some() {
  for (SortedRuns* tree : trees_.all()) {
    if (tree->merge_when_quiet()) return true;
  }
  return false;
}

void SqliteWriter::add_pending_scrub(const PendingScrub& found, std::int64_t named) {
  PendingScrub pending = read_pending_scrub(db_);
  if (pending.erasures == 0) pending = {0, found.since_record, found.since_us, 0};
  pending.erasures = std::max(pending.erasures + found.erasures, named);
  pending.until_record = found.until_record;
  save_pending_scrub(db_, pending);
}

void SqliteWriter::commit() {
  put_pending();
  for (SortedRuns* tree : trees_.all()) tree->merge_some();
  unfile_dropped();
  db_.commit();
  committed_ = true;
  overwriting_.reset();
  if (db_.page_bytes() > part_of_a_store(kept_pages_bytes_max)) db_.give_back_pages();
  state_.bound_pending();
}

void SqliteWriter::missing(const char* what) {
  throw crm::Failure(CRM_ERR_CORRUPT, db_.file() + ": a " + what +
                                          " that other rows refer to is missing; restore the "
                                          "tenant's folder from a backup");
}

}  // namespace message_history::sqlite
