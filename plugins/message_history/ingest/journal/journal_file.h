// One of a journal's two files: its heads, and records that each begin on a page of their own.
//
// Not thread-safe. Errors as in journal.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/journal/journal_format.h"
#include "platform/owned_file.h"

namespace message_history {

struct JournalRecord {
  std::uint64_t number = 0;
  std::string payload;
  bool operator==(const JournalRecord&) const = default;
};

class JournalFile {
 public:
  explicit JournalFile(std::string path) : file_(std::move(path)) {}

  void open() { file_.open(); }
  bool try_lock() { return file_.try_lock(); }
  bool is_empty() const { return file_.is_empty(); }

  // The records that are whole, in order; the next one is appended after them. CORRUPT when neither
  // head can be read, or when they tell of another owner. Changes nothing in the file.
  std::vector<JournalRecord> read(JournalOwner owner);

  // Writes the record behind the others, or, with `anew`, as the first, and syncs. When that fails,
  // the same is to be done again before anything else is appended to either file.
  void append(JournalOwner owner, std::uint64_t number, std::string_view payload, bool anew);
  void truncate();

  std::uint64_t last_number() const { return last_; }                // of a whole record; 0: none
  std::uint64_t first_number() const { return turn_.first_number; }  // of the turn
  // The highest number that was begun to be written, as far as the file tells: the record before
  // it was acknowledged.
  std::uint64_t begun_number() const { return begun_; }
  std::uint64_t bytes() const { return end_; }

 private:
  void cut_back(std::uint64_t begin) noexcept;

  OwnedFile file_;
  JournalTurn turn_;
  std::uint64_t last_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t end_ = 0;  // where the next record goes; 0: none was written since it was emptied
  std::string pages_;      // what is written, built in turn
};

}  // namespace message_history
