// One file of a journal: a head page and records, each beginning on a page of its own.
//
// Not thread-safe. Errors as in journal.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace message_history {

// Records begin on pages, so that a torn write of one never harms an acknowledged one.
inline constexpr std::size_t journal_page_bytes = 4'096;
inline constexpr std::size_t journal_record_bytes_max = std::size_t{1} << 30;

struct JournalRecord {
  std::uint64_t number = 0;
  std::string payload;
};

class JournalFile {
 public:
  explicit JournalFile(std::string path) : path_(std::move(path)) {}
  ~JournalFile();
  JournalFile(JournalFile&& other) noexcept;
  JournalFile& operator=(JournalFile&&) = delete;

  void open();  // makes it when it is missing
  bool try_lock();
  bool is_empty() const;  // also when it is missing

  // The records that are whole; the next one is appended after them. CORRUPT when there are more
  // behind one that is not.
  std::vector<JournalRecord> read();

  // Writes the record behind the others, or, with `anew`, as the first, and syncs.
  void append(std::uint64_t number, std::string_view payload, bool anew);
  void truncate();

  std::uint64_t last_number() const { return last_; }  // 0: none
  std::uint64_t bytes() const { return end_; }

 private:
  std::string contents() const;

  std::string path_;
  int fd_ = -1;
  std::string salt_;
  std::uint64_t last_ = 0;
  std::uint64_t end_ = 0;  // where the next record goes; 0: none was written since it was emptied
  std::string pages_;      // what is written, built in turn
};

}  // namespace message_history
