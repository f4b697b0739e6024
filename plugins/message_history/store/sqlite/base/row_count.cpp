#include "store/sqlite/base/row_count.h"

#include <sqlite3.h>

#include <optional>

#include "store/sqlite/base/tables.h"

namespace message_history::sqlite {

namespace {

int column_named_crc(Connection& db, const Table& table) {
  Query query = db.query("SELECT cid FROM pragma_table_info(?) WHERE name = 'crc'");
  if (!query.bind(table.name).step()) damaged(db.file(), table_text(table) + " has no checksums");
  return static_cast<int>(query.integer());
}

void put_count(Connection& db, const Table& table, const RowCount& count) {
  db.put(tables::row_count).bind(table.name).bind(count.rows).bind(count.checksums).run();
}

std::string difference_text(const RowCount& seen, const RowCount& counted) {
  if (seen.rows == counted.rows) return "has other rows than were written";
  return "has " + std::to_string(seen.rows) + " rows of " + std::to_string(counted.rows);
}

}  // namespace

RowCounter::RowCounter(Connection& db) : db_(db) {
  for (const Table* table : tables::counted) {
    changes_[table->name] = {table, column_named_crc(db, *table), {}};
  }
  const auto note_change = [](void* counter, sqlite3* handle, int operation, const char*,
                              const char* table, sqlite3_int64, sqlite3_int64) {
    static_cast<RowCounter*>(counter)->note(handle, operation, table);
  };
  const auto roll_back = [](void* counter) { static_cast<RowCounter*>(counter)->forget(); };
  sqlite3_preupdate_hook(db_.handle(), note_change, this);
  sqlite3_rollback_hook(db_.handle(), roll_back, this);
}

RowCounter::~RowCounter() {
  sqlite3_preupdate_hook(db_.handle(), nullptr, nullptr);
  sqlite3_rollback_hook(db_.handle(), nullptr, nullptr);
}

void RowCounter::note(sqlite3* handle, int operation, std::string_view table) {
  const auto known = changes_.find(table);
  if (known == changes_.end()) return;  // blocks, and row_count itself
  Change& change = known->second;
  sqlite3_value* value = nullptr;
  if (operation != SQLITE_INSERT) {
    has_missed_ |= sqlite3_preupdate_old(handle, change.crc_column, &value) != SQLITE_OK;
    --change.change.rows;
    change.change.checksums -= value == nullptr ? 0 : sqlite3_value_int64(value);
    value = nullptr;
  }
  if (operation != SQLITE_DELETE) {
    has_missed_ |= sqlite3_preupdate_new(handle, change.crc_column, &value) != SQLITE_OK;
    ++change.change.rows;
    change.change.checksums += value == nullptr ? 0 : sqlite3_value_int64(value);
  }
}

void RowCounter::forget() {
  for (auto& [name, change] : changes_) change.change = {};
  has_missed_ = false;
}

void RowCounter::save() {
  if (has_missed_) {
    throw crm::Failure(CRM_ERR_NO_MEMORY,
                       db_.file() +
                           ": a changed row could not be counted; free some memory and "
                           "try again");
  }
  for (auto& [name, change] : changes_) {
    if (change.change == RowCount{}) continue;
    put_count(db_, *change.table, row_count(db_, *change.table));
    change.change = {};
  }
}

void RowsSeen::expect_all(Connection& db) const {
  const RowCount counted = row_count(db, table_);
  if (seen_ == counted) return;
  damaged(db.file(), table_text(table_) + " " + difference_text(seen_, counted));
}

void expect_all_rows(Connection& db, const Table& table) {
  Query query = db.rows(table, "");
  RowsSeen seen(table);
  while (query.step()) seen.add(query);
  seen.expect_all(db);
}

RowCount row_count(Connection& db, const Table& table) {
  Query query = db.find(tables::row_count);
  if (!query.bind(table.name).step()) {
    damaged(db.file(), "table row_count has no row " + std::string(table.name));
  }
  query.skip(1);
  RowCount count;
  count.rows = query.integer();
  count.checksums = query.integer();
  if (const RowCounter* counter = db.row_counter(); counter != nullptr) {
    const RowCount change = counter->change_of(table);
    count.rows += change.rows;
    count.checksums += change.checksums;
  }
  return count;
}

void count_as_empty(Connection& db, const Table& table) {
  put_count(db, table, {});
}

void count_rows(Connection& db, const Table& table) {
  RowCount count;
  Query query = db.rows(table, "");
  while (query.step()) {
    ++count.rows;
    count.checksums += query.checksum();
  }
  put_count(db, table, count);
}

void count_all_rows(Connection& db) {
  for (const Table* table : tables::counted) count_rows(db, *table);
  if (db.row_counter() != nullptr) db.row_counter()->forget();
}

void expect_sound_rows(Connection& db) {
  std::optional<RowFault> first;
  verify_rows(db, [&first](const RowFault& fault) {
    if (!first) first = fault;
  });
  if (first) damaged(db.file(), first->table + " " + first->what);
}

void verify_rows(Connection& db, const std::function<void(const RowFault&)>& visit) {
  for (const Table* table : tables::counted) {
    const std::string name(table->name);
    RowCount seen;
    try {
      Query query = db.rows(*table, "");
      const auto note = [&](const std::string& row) {
        visit({name, row + " does not match its checksum"});
      };
      while (query.step_over_damage(note)) {
        ++seen.rows;
        seen.checksums += query.checksum();
      }
      const RowCount counted = row_count(db, *table);
      if (seen != counted) visit({name, difference_text(seen, counted)});
    } catch (const crm::Failure& failure) {
      if (failure.status() != CRM_ERR_CORRUPT) throw;
      visit({name, failure.what()});
    }
  }
}

}  // namespace message_history::sqlite
