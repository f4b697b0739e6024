// A tenant's journal: batches that are durable before they are settled in the database.
//
// A commit of the database costs the same for one batch as for twenty, so batches are made durable
// here, one append and one sync each, and settled in groups. Two files take turns: one is written
// to the end while what is in the other is settled. JOURNAL.md has the bytes and says what each of
// them is for.
//
// The journal of a tenant belongs to one process at a time (a lock on the first file). One thread
// calls append(), clear() and unsettled(); settled() is for any. Errors: crm::Failure with IO or
// FULL when the disk does not take a record, and then the next one takes its place; BUSY when
// another process records for this tenant; CORRUPT when records that were acknowledged are damaged
// or missing: the files stay as they are then.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/journal/journal_file.h"

namespace message_history {

// A file that has reached this size is followed by the other one, as soon as that is settled.
inline constexpr std::uint64_t journal_turn_bytes = std::uint64_t{1} << 20;

class Journal {
 public:
  // Opens or makes the files. Throws BUSY when another process has them.
  static std::unique_ptr<Journal> open(const std::string& folder, JournalOwner owner);
  // NULL when there is nothing after record `settled` in the files and nothing is missing there, or
  // when they are another's.
  static std::unique_ptr<Journal> open_left_behind(const std::string& folder, JournalOwner owner,
                                                   std::uint64_t settled);

  // True when the files hold nothing, or there are none; whoever they belong to.
  static bool is_empty(const std::string& folder);

  // What is after record `settled`, in order; goes on numbering after the last. To be called first.
  std::vector<JournalRecord> unsettled(std::uint64_t settled);

  // Durable when it returns the record's number, which is one more than that before. Whatever it
  // throws, the record was not acknowledged.
  std::uint64_t append(std::string_view payload);

  // Everything up to this record is durable elsewhere.
  void settled(std::uint64_t number) noexcept { settled_.store(number, std::memory_order_release); }

  // Leaves nothing in the files; all records must be settled. Free of charge when that is so
  // already.
  void clear();

 private:
  Journal(const std::string& folder, JournalOwner owner);
  void open_files();
  bool is_free(const JournalFile& file) const {
    return file.last_number() <= settled_.load(std::memory_order_acquire);
  }
  std::uint64_t marked() const;
  void mark(std::uint64_t number) noexcept;
  std::size_t next_target() const;
  std::vector<JournalRecord> all_records();

  const std::string folder_;
  const JournalOwner owner_;
  std::array<JournalFile, 2> files_;
  OwnedFile mark_;
  std::size_t active_ = 0;
  std::optional<std::size_t> failed_;  // the file that a record could not be appended to
  std::uint64_t next_ = 1;
  std::atomic<std::uint64_t> settled_ = 0;
};

}  // namespace message_history
