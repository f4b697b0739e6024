// A batch as the journal keeps it: what was judged good of it, what was refused, and the position
// it brings its source to. JOURNAL.md has the bytes.
//
// Reading trusts nothing: bytes that cannot be decoded throw crm::Failure with CORRUPT.
#pragma once

#include <crm/cpp/events.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/journal/refused_event.h"

namespace message_history {

struct BatchSummary {
  std::string source;
  std::int64_t recorded_at_us = 0;  // the host's clock
  std::uint64_t position = 0;       // of the source after it
  std::uint64_t duplicates = 0;
  std::uint64_t skipped = 0;
  std::vector<RefusedEvent> refused;
  std::vector<SkippedEvents> skipped_by_name;  // of `skipped`, each name once
};

// Takes events one after the other; they are not kept.
class BatchRecordWriter {
 public:
  void add(const crm::Event& event);
  std::size_t events() const { return count_; }
  std::string finish(const BatchSummary& summary) const;

 private:
  void put(const crm_event_message& event);
  void put(const crm_event_delivery& event);
  void put(const crm_event_touch& event);
  void put(const crm_event_order& event);
  void put(const crm_event_refund& event);
  void put(const crm_event_member_erased& event);
  void put_again(crm_str text, crm_str& last);

  std::string bytes_;
  std::size_t count_ = 0;
  std::uint64_t last_seq_ = 0;
  std::int64_t last_at_us_ = 0;
  crm_str last_message_{};
  crm_str last_provider_{};
};

// The events point into the payload, which must stay, and into this object.
class BatchRecord {
 public:
  explicit BatchRecord(std::string_view payload);
  BatchRecord(BatchRecord&&) = default;

  const BatchSummary& summary() const { return summary_; }
  const std::vector<crm::Event>& events() const { return events_; }

 private:
  class Reader;

  BatchSummary summary_;
  std::vector<crm::Event> events_;
  // By kind; none is moved once an event points to it.
  std::vector<crm_event_delivery> deliveries_;
  std::deque<crm_event_message> messages_;
  std::deque<crm_event_touch> touches_;
  std::deque<crm_event_order> orders_;
  std::deque<crm_event_refund> refunds_;
  std::deque<crm_event_member_erased> erasures_;
  std::deque<std::vector<crm_order_line>> lines_;
  std::deque<std::vector<const crm_order_line*>> line_lists_;
};

}  // namespace message_history
