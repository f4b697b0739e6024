// Judges the events of one batch by themselves and packs what is good of them for the journal.
#pragma once

#include <crm/ext/events.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "recorder/batch_record.h"

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
  std::string record(std::string_view source, std::int64_t now_us) &&;

 private:
  void take(std::uint64_t index, const crm_event* raw);
  // Takes a report of what the host refused itself, or skipped.
  void take_report(std::uint64_t index, const crm_event* raw);
  void skip(std::string_view name);
  void refuse(std::uint64_t index, std::uint64_t seq, const crm::Event& event, const char* kind,
              std::string why);

  const std::uint64_t begin_;
  std::uint64_t last_;
  crm_event_ack& ack_;
  BatchRecordWriter good_;
  std::vector<RefusedEvent> refused_;
  std::map<std::string, std::uint64_t, std::less<>> skipped_;
  bool erases_ = false;
};

}  // namespace message_history
