#include "ingest/journal/journal.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "ingest/journal/journal_damage.h"

namespace message_history {

Journal::Journal(const std::string& folder, JournalOwner owner)
    : folder_(folder),
      owner_(owner),
      files_{JournalFile(folder + "/journal.a"), JournalFile(folder + "/journal.b")},
      mark_(folder + "/journal.mark") {}

void Journal::open_files() {
  for (JournalFile& file : files_) file.open();
  mark_.open();
}

std::unique_ptr<Journal> Journal::open(const std::string& folder, JournalOwner owner) {
  std::unique_ptr<Journal> journal(new Journal(folder, owner));
  journal->open_files();
  if (!journal->files_.front().try_lock()) {
    throw crm::Failure(CRM_ERR_BUSY, folder +
                                         ": another process records for this tenant; end it, or "
                                         "send the events there");
  }
  return journal;
}

bool Journal::is_empty(const std::string& folder) {
  return JournalFile(folder + "/journal.a").is_empty() &&
         JournalFile(folder + "/journal.b").is_empty();
}

std::unique_ptr<Journal> Journal::open_left_behind(const std::string& folder, JournalOwner owner,
                                                   std::uint64_t settled) {
  std::unique_ptr<Journal> journal(new Journal(folder, owner));
  const auto is_empty = [](const JournalFile& file) { return file.is_empty(); };
  const bool are_empty = std::ranges::all_of(journal->files_, is_empty);
  if (are_empty && journal->mark_.is_empty()) return nullptr;
  if (are_empty) {
    journal->mark_.open();
    if (journal->marked() <= settled) return nullptr;
  }
  journal->open_files();
  return journal->files_.front().try_lock() ? std::move(journal) : nullptr;
}

// 0 when there is none that can be read: it only tells more than the files themselves do.
std::uint64_t Journal::marked() const {
  const auto mark = mark_in(mark_.contents());
  if (!mark) return 0;
  if (mark->owner != owner_) {
    journal_is_damaged(mark_.path() + ": this is the journal of another tenant");
  }
  return mark->acknowledged;
}

// Tells damage of the last record from one that was torn. Not synced, and not needed: whoever
// finds an older mark, or none, takes the whole records that follow.
void Journal::mark(std::uint64_t number) noexcept {
  try {
    mark_.write(bytes_of(JournalMark{number, owner_}), 0);
  } catch (...) {
    return;
  }
}

// Of both files, in order, each number once. A number is in both when a sync of the record in the
// first failed and it was then, perhaps with other events, acknowledged in the second, which was
// begun for it.
std::vector<JournalRecord> Journal::all_records() {
  std::vector<JournalRecord> earlier = files_[0].read(owner_);
  std::vector<JournalRecord> later = files_[1].read(owner_);
  if (files_[1].first_number() < files_[0].first_number()) earlier.swap(later);
  if (!earlier.empty() && !later.empty() && earlier.back().number == later.front().number) {
    earlier.pop_back();
  }
  std::ranges::move(later, std::back_inserter(earlier));
  std::ranges::stable_sort(earlier, {}, &JournalRecord::number);
  earlier.erase(std::unique(earlier.begin(), earlier.end()), earlier.end());
  return earlier;
}

std::vector<JournalRecord> Journal::unsettled(std::uint64_t settled) {
  settled_ = settled;
  std::vector<JournalRecord> records = all_records();
  std::erase_if(records, [&](const JournalRecord& record) { return record.number <= settled; });
  std::uint64_t acknowledged = marked();
  for (const JournalFile& file : files_) {
    if (file.begun_number() > 0) acknowledged = std::max(acknowledged, file.begun_number() - 1);
  }
  std::uint64_t next = settled + 1;
  for (const JournalRecord& record : records) {
    if (record.number != next) break;
    ++next;
  }
  if (next <= acknowledged || next != settled + 1 + records.size()) {
    journal_is_damaged(folder_ + ": record " + std::to_string(next) +
                       " of the journal, which was acknowledged, is damaged or missing in "
                       "journal.a and journal.b");
  }
  next_ = next;
  active_ = files_[1].last_number() > files_[0].last_number() ? 1 : 0;
  return records;
}

// A record that could not be appended may be found there all the same: what replaces it goes to
// the same place.
std::size_t Journal::next_target() const {
  if (failed_) return *failed_;
  const bool is_long = files_[active_].bytes() >= journal_turn_bytes;
  return is_long && is_free(files_[1 - active_]) ? 1 - active_ : active_;
}

std::uint64_t Journal::append(std::string_view payload) {
  if (payload.size() > journal_record_bytes_max) {
    throw crm::Failure(CRM_ERR_INVALID, "the batch takes " + std::to_string(payload.size()) +
                                            " bytes, at most " +
                                            std::to_string(journal_record_bytes_max) +
                                            " are allowed; send fewer events in one");
  }
  const std::size_t target = next_target();
  JournalFile& file = files_[target];
  const bool anew = file.bytes() == 0 || target != active_;
  assert(!anew || is_free(file));
  failed_ = target;
  file.append(owner_, next_, payload, anew);
  failed_.reset();
  active_ = target;
  mark(next_);
  return next_++;
}

void Journal::clear() {
  assert(std::ranges::all_of(files_, [this](const JournalFile& file) { return is_free(file); }));
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].bytes() != 0 || failed_ == i) files_[i].truncate();
  }
}

}  // namespace message_history
