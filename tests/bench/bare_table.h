// The baseline of recording: one SQLite table that holds every column a delivery event carries, as
// quick as SQLite inserts while every commit is on the disk.
//
// No key but the rowid, so it neither deduplicates nor finds anything. Failures are thrown as
// crm::Failure. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>

#include "feed/event_batch.h"

struct sqlite3;
struct sqlite3_stmt;

namespace crm_bench {

class BareTable {
 public:
  explicit BareTable(const std::filesystem::path& file);
  ~BareTable();
  BareTable(const BareTable&) = delete;
  BareTable& operator=(const BareTable&) = delete;

  // One transaction; gives its seconds. The events must be deliveries.
  double insert(const host_stub::EventBatch& batch);

  uint64_t rows();

  // Moves the log into the file and closes it; gives the seconds.
  double close();

 private:
  void execute(const char* sql);
  void insert_row(const crm_event_delivery& event);
  [[noreturn]] void fail(const char* what) const;

  const std::filesystem::path file_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

}  // namespace crm_bench
