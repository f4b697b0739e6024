#include "store/sqlite/engine.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>

#include "files/folder.h"
#include "files/owned_file.h"
#include "memory/budget.h"
#include "store/sqlite/clicked_again.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/database_file.h"
#include "store/sqlite/free_space.h"
#include "store/sqlite/list_tables.h"
#include "store/sqlite/maintenance.h"
#include "store/sqlite/meta.h"
#include "store/sqlite/migration.h"
#include "store/sqlite/opening_turn.h"
#include "store/sqlite/overwriting.h"
#include "store/sqlite/page_checksums.h"
#include "store/sqlite/period_figures.h"
#include "store/sqlite/refund_sums.h"
#include "store/sqlite/row_count.h"
#include "store/sqlite/rows_io.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/scrub_state.h"
#include "store/sqlite/snapshot.h"
#include "store/sqlite/tables.h"
#include "store/sqlite/writer.h"

namespace message_history::sqlite {

namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    io_failure(path, "create the folder", errno);
  }
}

struct RuleField {
  const char* key;
  std::int64_t Rule::*value;
};

constexpr RuleField rule_fields[] = {
    {"rule.version", &Rule::version},
    {"rule.click_window_us", &Rule::click_window_us},
    {"rule.coupon_window_us", &Rule::coupon_window_us},
    {"rule.delivered_window_us", &Rule::delivered_window_us},
    {"rule.open_window_us", &Rule::open_window_us},
    {"rule.conversion_window_us", &Rule::conversion_window_us},
};

// Before anything is written to it.
void expect_file_of(Connection& db, std::string_view tenant) {
  Query query = db.query("SELECT value FROM meta WHERE key = 'tenant'");
  const std::string found = query.step() ? query.text() : std::string();
  if (found == tenant) return;
  throw crm::Failure(
      CRM_ERR_CORRUPT,
      fmt::format("{}: holds the tenant \"{}\", not \"{}\"; put each tenant's folder "
                  "back under its own name",
                  db.file(), found, tenant));
}

// Readers of a page have ended by then; exports take longer.
constexpr std::chrono::milliseconds scrub_wait{20};

// So that one flipped bit of the header does not turn the verifying of pages off.
constexpr std::string_view page_checksums_key = "page_checksums";

void expect_page_checksums(Connection& db) {
  if (!find_meta(db, page_checksums_key) || db.has_page_checksums()) return;
  damaged(db.file(), fmt::format("byte {} of its header, which says that pages have checksums, is "
                                 "damaged",
                                 reserved_bytes_at));
}

constexpr std::int64_t tree_of_orders_since = 4;
constexpr std::int64_t numbered_blocks_since = 5;
constexpr std::int64_t checksums_since = 6;
constexpr std::int64_t clicked_again_since = 7;
constexpr std::int64_t period_figures_since = 8;
constexpr std::int64_t hashes_of_erased_ids_since = 9;
constexpr std::int64_t lists_by_id_since = 10;
constexpr std::int64_t ids_written_anew_since = 11;
constexpr std::int64_t skipped_names_since = 12;
constexpr std::int64_t refund_sums_since = 14;
constexpr std::int64_t migrated_orders_a_run = 100'000;

// What an index told of orders before.
void fill_tree_of_orders(Connection& db) {
  SortedRuns tree(db, Tree::member_order, member_part);
  RunEntries entries;
  Query query = db.rows(tables::orders, "");
  for (std::int64_t count = 1; query.step(); ++count) {
    const Order order = read_order(query);
    if (!is_person(order.member)) continue;
    entries.add_at(order.placed_at_us,
                   member_order_key(order.member, order.placed_at_us, order.number),
                   member_order_value(order));
    if (count % migrated_orders_a_run == 0) tree.put(entries);
  }
  tree.put(entries);
}

// For a thread whose turn it is to open the tenant, or that has the file for itself.
void migrate(Connection& db) {
  const std::int64_t version = db.pragma("user_version");
  if (version == schema_version) return;
  if (version > schema_version) {
    throw crm::Failure(CRM_ERR_VERSION,
                       fmt::format("{}: written by a newer release (schema {}, this one knows {}); "
                                   "install that release or restore an older backup",
                                   db.file(), version, schema_version));
  }
  db.execute("BEGIN IMMEDIATE");
  for (std::int64_t step = version; step < schema_version; ++step) {
    db.execute(schema_steps[static_cast<std::size_t>(step)]);
  }
  if (version >= checksums_since) {
    if (version < clicked_again_since) count_clicked_again(db);
    if (version < period_figures_since) count_period_figures(db);
    if (version < hashes_of_erased_ids_since) add_hashes_of_erased_ids(db);
    if (version < lists_by_id_since) count_lists(db);
    if (version < skipped_names_since) count_as_empty(db, tables::skipped);
    if (version < refund_sums_since) count_refund_sums(db);
    expect_sound_rows(db);  // what is lost must not be counted anew
  }
  if (version < numbered_blocks_since) number_blocks(db);
  if (version < checksums_since) {
    add_checksums(db);
    count_all_rows(db);  // what is filled below is read from counted tables
  }
  if (version > 0 && version < ids_written_anew_since) write_ids_anew(db);
  if (version < tree_of_orders_since) fill_tree_of_orders(db);
  if (version > 0 && version < clicked_again_since) fill_clicked_again(db);
  if (version > 0 && version < period_figures_since) fill_period_figures(db);
  if (version > 0 && version < lists_by_id_since) fill_lists(db);
  if (version > 0 && version < refund_sums_since) fill_refund_sums(db);
  count_all_rows(db);
  db.execute(fmt::format("PRAGMA application_id={}", application_id));
  db.execute(fmt::format("PRAGMA user_version={}", schema_version));
  db.execute("COMMIT");
}

TenantFacts read_facts(Connection& db) {
  TenantFacts facts;
  facts.tenant = meta(db, "tenant");
  facts.time_zone = meta(db, "time_zone");
  facts.currency = meta(db, "currency");
  facts.member_salt = sha256_of(meta(db, "member_salt"));
  for (const RuleField& field : rule_fields) {
    facts.rule.*field.value = required_meta_number(db, field.key);
  }
  return facts;
}

// So that the file alone is the whole database: closing the last connection does the same, but
// tells nobody when the disk does not take it.
void move_log_into_file(Connection& db) {
  if (db.try_truncate_log()) return;
  throw crm::Failure(CRM_ERR_BUSY,
                     db.file() + ": another process reads it while it is made; try again");
}

// The file of a database that is no tenant's yet. Made once a process, at `file`: the steps of the
// schema take longer than everything else about a new tenant.
const std::string& empty_database(const std::string& file) {
  static const std::string bytes = [&file] {
    {
      make_private_file(
          file);  // SQLite would go by the umask; its other files have what this one has
      Connection db(file, Connection::Mode::create);
      migrate(db);
      move_log_into_file(db);
    }
    OwnedFile made(file);
    made.open();
    return made.contents();
  }();
  return bytes;
}

void write_file(const std::string& file, std::string_view bytes) {
  OwnedFile written(file);
  written.open();
  written.write(bytes, 0);
}

}  // namespace

void make_database(const std::string& file, const TenantFacts& facts) {
  write_file(file, empty_database(file));
  Connection db(file, Connection::Mode::write);
  db.count_rows();
  db.execute("BEGIN IMMEDIATE");
  put_meta(db, page_checksums_key, "1");
  put_meta(db, "tenant", facts.tenant);
  put_meta(db, "time_zone", facts.time_zone);
  put_meta(db, "currency", facts.currency);
  put_meta(db, "member_salt",
           {reinterpret_cast<const char*>(facts.member_salt.data()), facts.member_salt.size()});
  for (const RuleField& field : rule_fields) {
    put_meta(db, field.key, std::to_string(facts.rule.*field.value));
  }
  db.commit();
  move_log_into_file(db);  // a rename moves everything then
}

namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string file, std::string_view tenant)
      : file_(std::move(file)),
        folder_(fs::path(file_).parent_path().string()),
        db_(file_, Connection::Mode::write) {
    expect_file_of(db_, tenant);
    // Earlier releases went by the umask.
    for (const char* suffix : {"", "-wal", "-shm"}) withdraw_access(file_ + suffix);
    if (db_.pragma("user_version") != schema_version) {
      const OpeningTurn turn(folder_);
      migrate(db_);
    }
    expect_page_checksums(db_);
    facts_ = read_facts(db_);
    state_ = std::make_unique<WriterState>(db_, facts_.member_salt);
    // A sweep may have ended just before the process did.
    if (state_->retention().dropped_before_us > 0) free_space_.look_again();
  }

  const TenantFacts& facts() const override { return facts_; }
  const std::string& folder() const override { return folder_; }
  std::uint64_t settled_record() override {
    return static_cast<std::uint64_t>(meta_number(db_, settled_record_key));
  }
  std::vector<SourceRow> sources() override { return read_sources(db_); }
  TrustedTime trusted_time() override { return read_trusted_time(db_); }
  std::unique_ptr<WriteTransaction> begin() override {
    return std::make_unique<SqliteWriter>(*state_);
  }
  std::unique_ptr<Snapshot> snapshot() override {
    return std::make_unique<SqliteSnapshot>(file_, facts_);
  }
  std::vector<std::unique_ptr<Snapshot>> snapshots(std::size_t count) override {
    return open_snapshots(file_, facts_, count);
  }

  bool sweep_some(std::int64_t kept_from_us) override {
    state_->refresh();
    const Retention& retention = state_->retention();
    const bool begins = retention.begins_with(kept_from_us);
    if (!begins && !retention.is_sweeping()) return free_space_.give_back_some();
    if (!free_space_.has_room_in_log()) return false;
    {
      // Rows may hold members' ids; what trees hold of them are numbers.
      std::optional<Overwriting> overwriting;
      if (retention.phase > SweepPhase::deliveries) overwriting.emplace(db_);
      SqliteWriter writer(*state_);
      begins ? writer.begin_sweep(kept_from_us) : writer.sweep_some();
      writer.commit();
    }
    if (!state_->retention().is_sweeping()) free_space_.look_again();
    return true;
  }

  PendingScrub pending_scrub() override { return read_pending_scrub(db_); }

  bool scrub() override { return db_.try_truncate_log(scrub_wait); }

  bool finish_scrub(const PendingScrub& done) override {
    SqliteWriter writer(*state_);
    if (read_pending_scrub(db_) != done) return false;
    save_pending_scrub(db_, {});
    writer.commit();
    return true;
  }

  void leave_log() noexcept override { db_.leave_log(); }

  std::unique_ptr<Maintenance> maintain() override {
    return std::make_unique<SqliteMaintenance>(file_, facts_);
  }

  bool tidy_some() override {
    if (!free_space_.has_room_in_log()) return false;
    SqliteWriter writer(*state_);
    const bool has_tidied = writer.tidy_some();
    if (has_tidied) writer.commit();
    return has_tidied;
  }

 private:
  std::string file_;
  std::string folder_;
  OpenStoreCount counted_;
  Connection db_;
  FreeSpace free_space_{db_};
  TenantFacts facts_;
  std::unique_ptr<WriterState> state_;
};

// The tenant whose folder has this name; empty when it is none of ours.
std::optional<std::string> tenant_of_folder(std::string_view name) {
  std::string tenant;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '%') {
      tenant.push_back(name[i]);
      continue;
    }
    unsigned byte = 0;
    const char* const digits = name.data() + i + 1;
    if (name.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      return {};
    }
    tenant.push_back(static_cast<char>(byte));
    i += 2;
  }
  return tenant;
}

class SqliteEngine final : public Engine {
 public:
  explicit SqliteEngine(std::string folder) : folder_(std::move(folder)) {}

  std::unique_ptr<Store> open(std::string_view tenant) override {
    const std::string file = database_file(folder_, tenant);
    if (!has_database(file)) return nullptr;
    return std::make_unique<SqliteStore>(file, tenant);
  }

  std::unique_ptr<Store> create(const TenantFacts& facts) override {
    const fs::path file = database_file(folder_, facts.tenant);
    make_folder(file.parent_path().parent_path());
    make_folder(file.parent_path());
    make_file(file, facts);
    return std::make_unique<SqliteStore>(file, facts.tenant);
  }

  std::vector<std::string> tenants() override {
    std::vector<std::string> names;
    std::error_code error;
    const fs::path folder = fs::path(folder_) / "tenants";
    if (!fs::exists(folder, error) && !error) return names;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const auto name = tenant_of_folder(entry->path().filename().string());
      if (name && holds_tenant(database_file(folder_, *name))) names.push_back(*name);
    }
    if (error) io_failure(folder, "read the folder", error.value());
    std::ranges::sort(names);
    return names;
  }

 private:
  // Made under another name and renamed when whole, so that a crash leaves no half-made store.
  void make_file(const fs::path& file, const TenantFacts& facts) const {
    const OpeningTurn turn(file.parent_path().string());
    if (fs::exists(file)) return;  // another process was first
    const fs::path unfinished = file.string() + ".new";
    for (const char* suffix : {"", "-wal", "-shm"})
      ::unlink((unfinished.string() + suffix).c_str());
    make_database(unfinished, facts);
    if (::rename(unfinished.c_str(), file.c_str()) != 0) {
      io_failure(file, "put the new database in place", errno);
    }
    sync_folder(file.parent_path());
    sync_folder(file.parent_path().parent_path());
    sync_folder(folder_);
  }

  std::string folder_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(std::string folder) {
  return std::make_unique<SqliteEngine>(std::move(folder));
}

}  // namespace message_history::sqlite
