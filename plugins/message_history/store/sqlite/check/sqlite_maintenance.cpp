#include "store/sqlite/check/sqlite_maintenance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "store/sqlite/base/row_count.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/base/tables.h"
#include "store/sqlite/check/store_reading.h"
#include "store/sqlite/index/trees.h"
#include "store/sqlite/open/tenant_database.h"

namespace message_history::sqlite {

namespace {

constexpr std::size_t scratch_members_bytes_max = std::size_t{1} << 20U;  // none is looked up

void unlink_database(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((file + suffix).c_str());
}

// An entry for people.
std::string entry_name(Tree tree, std::string_view key) {
  switch (tree) {
    case Tree::delivery:
    case Tree::failed_delivery: {
      const DeliveryName name = decode_delivery_key(key);
      return fmt::format("message_no {}, delivery \"{}\"", name.message.value, name.delivery_id);
    }
    case Tree::member_delivery: {
      const MemberDeliveryView entry = view_member_delivery(key);
      return fmt::format("member_no {}, message_no {}, delivery \"{}\"", entry.member.value,
                         entry.message.value, entry.delivery_id);
    }
    case Tree::chain: {
      const ChainEntry entry = decode_chain_key(key);
      return fmt::format("chain {}, message_no {}, delivery \"{}\"", entry.chain.value,
                         entry.message.value, entry.delivery_id);
    }
    case Tree::member_hash:
      return fmt::format("member_no {}", decode_member_hash_key(key).value);
    case Tree::member_order:
      break;
  }
  return "key " + Cell{Cell::Type::blob, 0, std::string(key)}.text();
}

}  // namespace

// The file loses its name at once, so that nothing of it is left whatever becomes of the process:
// it holds members' ids.
SqliteMaintenance::Scratch::Scratch(const std::string& file, const Sha256& salt)
    : db(file, Connection::Mode::write), state(db, salt, scratch_members_bytes_max) {
  db.execute("PRAGMA journal_mode=OFF");  // whoever needs it again makes it anew
  db.execute("PRAGMA synchronous=OFF");
  db.execute("PRAGMA locking_mode=EXCLUSIVE");
  unlink_database(file);
}

SqliteMaintenance::SqliteMaintenance(const std::string& file, const TenantFacts& facts)
    : facts_(facts),
      scratch_file_(file + ".check"),
      db_(file, Connection::Mode::write),
      unverified_(db_.handle()),
      trees_(db_, facts.member_salt) {
  for (const Table* table : tables::counted) {
    if (table->derivation != Derivation::fact) shapes_.emplace_back(db_, *table);
  }
  db_.try_truncate_log({});  // so that the pages in the file are the ones that count
  db_.hold_writers();
  retention_ = read_retention(db_);
}

std::int64_t SqliteMaintenance::read_everything(const FindingSink& sink) {
  return sqlite::read_everything(db_, trees_, has_dropped(), [&](const Finding& finding) {
    if (finding.part == Finding::Part::derived) differing_.insert(finding.table);
    sink(finding);
  });
}

void SqliteMaintenance::each_message(const std::function<void(const MessageRow&)>& visit) {
  Query query = db_.rows(tables::message, "ORDER BY message_no");
  while (query.step()) visit(read_message(query));
}

void SqliteMaintenance::each_delivery(std::size_t rows_max,
                                      const std::function<void(std::span<const Delivery>)>& visit) {
  RunsCursor cursor = trees_.deliveries.cursor({}, above_all_keys);
  std::vector<Delivery> rows(rows_max);  // whose memory is reused
  std::size_t count = 0;
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    decode_delivery(cursor.key(), cursor.value(), rows[count++]);
    if (count < rows.size()) continue;
    visit(rows);
    count = 0;
  }
  if (count > 0) visit(std::span<const Delivery>(rows).first(count));
}

void SqliteMaintenance::each_touch(const std::function<void(const TouchRow&)>& visit) {
  Query query = db_.rows(tables::touch, "");
  while (query.step()) visit(read_touch(query));
}

void SqliteMaintenance::each_refund(const std::function<void(const Refund&)>& visit) {
  Query query = db_.rows(tables::refund, "");
  while (query.step()) visit(read_refund(query));
}

void SqliteMaintenance::each_order(const OrderVisit& visit) {
  Query query = db_.rows(tables::orders, "ORDER BY order_no");
  while (query.step()) {
    const Order order = read_order(query);
    visit(order, has_dropped() ? remembered_credit(order.number) : std::nullopt);
  }
}

// The credit, while it can be read: a damaged one tells nothing.
std::optional<CreditRow> SqliteMaintenance::remembered_credit(OrderNo order) {
  try {
    Query query = db_.find(tables::credit);
    if (!query.bind(order).step()) return {};
    return read_credit(query);
  } catch (const crm::Failure& failure) {
    if (failure.status() != CRM_ERR_CORRUPT) throw;
    return {};
  }
}

SqliteMaintenance::Scratch& SqliteMaintenance::scratch() {
  if (!scratch_) make_scratch();
  return *scratch_;
}

void SqliteMaintenance::make_scratch() {
  unlink_database(scratch_file_);
  make_database(scratch_file_, facts_);
  fill_scratch();
  scratch_ = std::make_unique<Scratch>(scratch_file_, facts_.member_salt);
  SqliteWriter writer(scratch_->state);
  writer.index_members();
  static_cast<WriteTransaction&>(writer).commit();
}

// Copies what the facts name by number, and what follows from the audit chain.
void SqliteMaintenance::fill_scratch() {
  Connection db(scratch_file_, Connection::Mode::write);
  db.count_rows();
  db.query("ATTACH ? AS store").bind(std::string_view(db_.file())).run();
  db.execute("BEGIN");  // IMMEDIATE would want to write to the store, too
  for (const char* table : {"member", "route", "erasure"}) {
    db.execute(fmt::format("INSERT INTO main.{0} SELECT * FROM store.{0}", table));
  }
  // Nothing is hidden: the recount is one of all that is there.
  Retention at_rest = retention_;
  at_rest.begin(SweepPhase::none);
  save_retention(db, at_rest);
  {
    Query running = db_.query(
        "SELECT export_id, audit_no FROM audit WHERE event = 'granted' AND export_id NOT IN "
        "(SELECT export_id FROM audit WHERE event <> 'granted')");
    while (running.step()) {
      Query put = db.put(tables::running_export);
      put.bind(std::string_view(running.text()));
      put.bind(running.integer()).run();
    }
  }
  db.commit();
  db.execute("DETACH store");
}

std::unique_ptr<WriteTransaction> SqliteMaintenance::begin_scratch() {
  return std::make_unique<SqliteWriter>(scratch().state);
}

void SqliteMaintenance::keep_dropped_counts() {
  scratch().db.execute("BEGIN IMMEDIATE");
  for (const TableShape& shape : shapes_) {
    const Derivation derivation = shape.derivation();
    const bool holds_counters =
        derivation == Derivation::counters || shape.table() == tables::message.name;
    const bool is_list = derivation == Derivation::sums || derivation == Derivation::lists;
    if (holds_counters || is_list)
      scratch().db.execute(fmt::format("DELETE FROM {}", shape.table()));
    if (holds_counters) copy_rows(shape);
  }
  scratch().db.commit();
}

void SqliteMaintenance::copy_rows(const TableShape& shape) {
  for (TableWalk walk(db_, shape, nullptr); walk.valid(); walk.next()) {
    write_row(scratch().db, shape.insert(), walk.row());
  }
}

void SqliteMaintenance::each_counted_message(const std::function<void(const MessageRow&)>& visit) {
  Query query = scratch().db.rows(tables::message, "ORDER BY message_no");
  while (query.step()) visit(read_message(query));
}

void SqliteMaintenance::compare(const FindingSink& sink) {
  for (const TableShape& shape : shapes_) compare_table(shape, sink);
  const auto counted = scratch().state.trees.all();
  const auto stored = trees_.all();
  for (std::size_t i = 0; i < stored.size(); ++i) compare_tree(*stored[i], *counted[i], sink);
}

void SqliteMaintenance::compare_table(const TableShape& shape, const FindingSink& sink) {
  each_pair({db_, scratch().db}, shape, [&](const Cells* stored, const Cells* counted) {
    if (stored != nullptr && counted != nullptr && are_equal(shape, *stored, *counted)) {
      return;
    }
    // Counters below the recount were told before.
    const bool is_told = has_dropped() && shape.derivation() == Derivation::counters;
    if (is_told) return;
    differing_.insert(shape.table());
    sink({Finding::Part::derived, shape.table(),
          shape.name_of(stored != nullptr ? *stored : *counted),
          difference_of(shape, stored, counted)});
  });
}

// A sweep drops members' deliveries before the deliveries.
bool SqliteMaintenance::may_lack(Tree tree, std::string_view key) const {
  return tree == Tree::member_delivery && retention_.hides(view_member_delivery(key).at_us);
}

void SqliteMaintenance::compare_tree(SortedRuns& stored, SortedRuns& counted,
                                     const FindingSink& sink) {
  const Tree tree = stored.tree();
  const std::string name = name_of(tree);
  // A conversion may be one of an order that is no longer kept.
  if (tree == Tree::delivery && has_dropped()) return;
  const auto tell = [&](std::string_view key, std::string what) {
    differing_.insert(name);
    sink({Finding::Part::derived, name, entry_name(tree, key), std::move(what)});
  };
  try {
    RunsCursor have = stored.cursor({}, above_all_keys);
    RunsCursor want = counted.cursor({}, above_all_keys);
    have.seek({});
    want.seek({});
    while (have.valid() || want.valid()) {
      if (!want.valid() || (have.valid() && have.key() < want.key())) {
        tell(have.key(), "is there, and nothing of the facts gives it");
        have.next();
      } else if (!have.valid() || want.key() < have.key()) {
        if (!may_lack(tree, want.key())) tell(want.key(), "is missing");
        want.next();
      } else {
        if (have.value() != want.value()) tell(have.key(), "says something else than the facts");
        have.next();
        want.next();
      }
    }
  } catch (const crm::Failure& failure) {
    if (failure.status() != CRM_ERR_CORRUPT) throw;
    differing_.insert(name);
    sink({part_of(tree), name, "", failure.what()});
  }
}

}  // namespace message_history::sqlite
