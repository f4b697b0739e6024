#include "ingest/journal/journal_file.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <utility>

#include "export/proof/sha256.h"
#include "ingest/journal/journal_damage.h"

namespace message_history {

std::vector<JournalRecord> JournalFile::read(JournalOwner owner) {
  const std::string file = file_.contents();
  turn_ = {};
  last_ = begun_ = end_ = 0;
  std::vector<JournalRecord> records;
  const JournalHeads heads = heads_in(file);
  if (!heads.turn) {
    // The very first record, torn and so never acknowledged, or nothing.
    if (heads.are_blank) return records;
    journal_is_damaged(file_.path() + ": neither of the file's two heads can be read");
  }
  if (!heads.turn->is_old_format && heads.turn->owner != owner) {
    journal_is_damaged(file_.path() + ": this is the journal of another tenant");
  }
  turn_ = *heads.turn;
  begun_ = turn_.first_number;
  for (std::size_t at = turn_.records_begin(); at < file.size();) {
    const auto record = record_at(file, at, turn_);
    if (record && record->number > last_) begun_ = std::max(begun_, record->number);
    if (!record || record->number <= last_ || !record->is_whole) {
      at += journal_page_bytes;
      continue;
    }
    records.push_back({record->number, std::string(record->payload)});
    last_ = record->number;
    at += record_pages(turn_, record->payload.size());
    end_ = at;
  }
  return records;
}

void JournalFile::append(JournalOwner owner, std::uint64_t number, std::string_view payload,
                         bool anew) {
  JournalTurn turn = turn_;
  pages_.clear();
  if (anew) {
    turn = {false, random_bytes(journal_salt_bytes), number, owner};
    pages_ = heads_of(turn);
  }
  put_record(pages_, turn, number, payload);
  pages_.resize(whole_pages(pages_.size()));
  const std::uint64_t begin = anew ? 0 : end_;
  try {
    file_.write(pages_, begin);
    file_.sync();
  } catch (const crm::Failure&) {
    cut_back(begin);
    throw;
  }
  turn_ = std::move(turn);
  last_ = begun_ = number;
  end_ = begin + pages_.size();
}

// What was not acknowledged need not be found by whoever opens the journal next. That it may still
// be there does no harm.
void JournalFile::cut_back(std::uint64_t begin) noexcept {
  try {
    file_.truncate(begin);
  } catch (...) {
    return;
  }
  if (begin == 0) last_ = begun_ = end_ = 0;
}

void JournalFile::truncate() {
  file_.truncate(0);
  last_ = begun_ = end_ = 0;
}

}  // namespace message_history
