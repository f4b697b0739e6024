// The bytes of a journal's files, as JOURNAL.md describes them: heads, records and the mark.
//
// Pure: from bytes to values and back. Reading takes any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.h"
#include "store/rows.h"

namespace message_history {

// Records begin on pages, so that a torn write of one never harms an acknowledged one.
inline constexpr std::size_t journal_page_bytes = 4'096;
inline constexpr std::size_t journal_record_bytes_max = std::size_t{1} << 30;
inline constexpr std::size_t journal_salt_bytes = 16;

// Says whose journal it is: each tenant has another.
struct JournalOwner {
  std::uint64_t value = 0;
  bool operator==(const JournalOwner&) const = default;
};
JournalOwner journal_owner(const Sha256& member_salt);

// One use of a file, from its beginning until it is begun anew. Named in the file's two heads.
struct JournalTurn {
  bool is_old_format = false;  // one head, which names no owner, and records whose head is unproven
  std::string salt;            // random
  std::uint64_t first_number = 0;
  JournalOwner owner;  // of an old format: nobody

  std::size_t records_begin() const;  // where the first record goes
};

// Both heads of a new turn, as pages.
std::string heads_of(const JournalTurn& turn);

// Of the two heads, those that can be read tell; the later turn where they differ, which happens
// when the first write of a turn was torn.
struct JournalHeads {
  std::optional<JournalTurn> turn;
  bool are_blank = false;  // nothing was ever written there
};
JournalHeads heads_in(std::string_view file);

struct JournalRecordView {
  std::uint64_t number = 0;
  std::string_view payload;
  bool is_whole = false;  // otherwise only the number is known
};

// Head and payload; what follows up to the end of the page is for the caller.
void put_record(std::string& bytes, const JournalTurn& turn, std::uint64_t number,
                std::string_view payload);
// The record of this turn that begins at this place of the file.
std::optional<JournalRecordView> record_at(std::string_view file, std::size_t at,
                                           const JournalTurn& turn);
std::size_t whole_pages(std::size_t bytes);
// How many bytes a record takes in the file.
std::size_t record_pages(const JournalTurn& turn, std::size_t payload_bytes);

// Up to which number records were acknowledged, at least.
struct JournalMark {
  std::uint64_t acknowledged = 0;
  JournalOwner owner;
};
std::string bytes_of(const JournalMark& mark);
inline constexpr std::size_t journal_mark_bytes = 28;
std::optional<JournalMark> mark_in(std::string_view bytes);

}  // namespace message_history
