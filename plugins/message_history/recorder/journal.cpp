#include "recorder/journal.h"

#include <crm/cpp/failure.hpp>

#include <algorithm>
#include <utility>

namespace message_history {

Journal::Journal(const std::string& folder)
    : folder_(folder),
      files_{JournalFile(folder + "/journal.a"), JournalFile(folder + "/journal.b")} {}

std::unique_ptr<Journal> Journal::open(const std::string& folder) {
  std::unique_ptr<Journal> journal(new Journal(folder));
  for (JournalFile& file : journal->files_) file.open();
  if (!journal->files_.front().try_lock()) {
    throw crm::Failure(CRM_ERR_BUSY, folder +
                                         ": another process records for this tenant; end it, or "
                                         "send the events there");
  }
  return journal;
}

std::unique_ptr<Journal> Journal::open_left_behind(const std::string& folder) {
  std::unique_ptr<Journal> journal(new Journal(folder));
  const auto is_empty = [](const JournalFile& file) { return file.is_empty(); };
  if (std::ranges::all_of(journal->files_, is_empty)) return nullptr;
  for (JournalFile& file : journal->files_) file.open();
  return journal->files_.front().try_lock() ? std::move(journal) : nullptr;
}

std::vector<JournalRecord> Journal::unsettled(std::uint64_t settled) {
  settled_ = settled;
  std::vector<JournalRecord> records;
  for (JournalFile& file : files_) {
    for (JournalRecord& record : file.read()) {
      if (record.number > settled) records.push_back(std::move(record));
    }
  }
  std::ranges::sort(records, {}, &JournalRecord::number);
  next_ = settled + 1;
  for (const JournalRecord& record : records) {
    if (record.number != next_) {
      throw crm::Failure(CRM_ERR_CORRUPT,
                         folder_ + ": record " + std::to_string(next_) +
                             " is missing in the journal; restore the whole folder from one "
                             "backup, or remove journal.a and journal.b and let the host send "
                             "again what came after the positions of the database");
    }
    ++next_;
  }
  active_ = files_[1].last_number() > files_[0].last_number() ? 1 : 0;
  return records;
}

std::uint64_t Journal::append(std::string_view payload) {
  if (payload.size() > journal_record_bytes_max) {
    throw crm::Failure(CRM_ERR_INVALID, "the batch takes " + std::to_string(payload.size()) +
                                            " bytes, at most " +
                                            std::to_string(journal_record_bytes_max) +
                                            " are allowed; send fewer events in one");
  }
  const JournalFile& active = files_[active_];
  std::size_t target = active_;
  if (active.bytes() >= journal_turn_bytes && is_free(files_[1 - active_])) target = 1 - active_;
  JournalFile& file = files_[target];
  const bool anew = file.bytes() == 0 || target != active_;
  file.append(next_, payload, anew);
  active_ = target;
  return next_++;
}

void Journal::clear() {
  for (JournalFile& file : files_) {
    if (file.bytes() != 0) file.truncate();
  }
}

}  // namespace message_history
