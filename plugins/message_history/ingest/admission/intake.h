// Judges the events of one batch by themselves and packs what is good of them for the journal.
#pragma once

#include <crm/ext/events.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "ingest/journal/batch_record.h"

namespace message_history {

class Intake {
 public:
  // `position` is the source's before the batch. Fills the counts and rejections of `ack`.
  Intake(std::uint64_t position, crm_event_ack& ack)
      : begin_(position), last_(position), ack_(ack) {}

  void take(std::span<const crm_event* const> events);

  bool changes_anything() const { return ack_.accepted + ack_.rejected + ack_.skipped > 0; }
  bool erases() const { return erases_; }
  std::uint64_t position() const { return last_; }
  // With `duplicates_before`, of earlier batches that were not worth a record.
  std::string record(std::string_view source, std::int64_t now_us,
                     std::uint64_t duplicates_before = 0) &&;

 private:
  void take(std::uint64_t index, const crm_event* raw);
  // Takes a report of what the host refused itself, or skipped.
  void take_report(std::uint64_t index, const crm_event* raw);
  // Moves the position to an event that was not taken; false when that is too far above it.
  bool move_past(std::uint64_t seq);
  void skip(std::string_view name);
  // Throws INVALID when the batch takes more than may be copied.
  void count_bytes(std::uint64_t bytes);
  void refuse(std::uint64_t index, std::uint64_t seq, const crm::Event& event, const char* kind,
              std::string why);

  const std::uint64_t begin_;
  std::uint64_t last_;
  crm_event_ack& ack_;
  BatchRecordWriter good_;
  std::vector<RefusedEvent> refused_;
  std::map<std::string, std::uint64_t, std::less<>> skipped_;
  std::uint64_t bytes_ = 0;              // of what is taken in
  std::size_t refused_event_bytes_ = 0;  // of what is kept of refused events
  bool erases_ = false;
};

}  // namespace message_history
