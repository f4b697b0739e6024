#include "store/sqlite/engine.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>

#include "platform/folder.h"
#include "platform/memory_budget.h"
#include "store/sqlite/base/connection.h"
#include "store/sqlite/base/meta.h"
#include "store/sqlite/base/rows_io.h"
#include "store/sqlite/check/sqlite_maintenance.h"
#include "store/sqlite/expire/free_space.h"
#include "store/sqlite/expire/overwriting.h"
#include "store/sqlite/expire/scrub_state.h"
#include "store/sqlite/open/database_file.h"
#include "store/sqlite/open/migration.h"
#include "store/sqlite/open/opening_turn.h"
#include "store/sqlite/open/schema.h"
#include "store/sqlite/open/tenant_database.h"
#include "store/sqlite/read/sqlite_snapshot.h"
#include "store/sqlite/write/writer.h"

namespace message_history::sqlite {

namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    io_failure(path, "create the folder", errno);
  }
}

// Readers of a page have ended by then; exports take longer.
constexpr std::chrono::milliseconds scrub_wait{20};

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
