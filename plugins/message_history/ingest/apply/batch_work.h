// One batch being recorded: applies events in turn and, at the end, settles everything they
// changed.
//
// The result depends on the set of events only: applying them in another order, or again, ends in
// the same logical state. One thread; lives for one transaction.
#pragma once

#include <crm/cpp/events.hpp>

#include "ingest/apply/order_work.h"

namespace message_history {

class BatchWork {
 public:
  // Events about what happened before `cutoff_us` are past; 0: none is.
  BatchWork(WriteTransaction& store, const TenantFacts& facts, TimeZone& zone,
            std::int64_t cutoff_us)
      : store_(store),
        messages_(store, facts, zone),
        members_(store, facts.member_salt),
        deliveries_(store, facts.rule, zone, messages_, members_),
        orders_(store, facts.rule, zone, messages_, members_),
        cutoff_us_(cutoff_us) {}

  // Looks up at once what the events are about; each passed why_rejected().
  void prefetch(std::span<const crm_event_delivery* const> events) { deliveries_.prefetch(events); }

  // Whether it is about what is no longer kept; such an event changes nothing.
  bool is_past(const crm::Event& event);

  // Empty, or why this event cannot be taken in the state it meets. It passed why_rejected().
  std::optional<std::string> apply(const crm::Event& event);

  // A refused event is kept; an erased member's id is not.
  void quarantine(QuarantineRow row, const std::optional<std::string>& member_id);
  // An event that was refused under this seq comes again.
  void take_out_of_quarantine(SourceNo source, std::uint64_t seq) {
    store_.remove_quarantine(source, static_cast<std::int64_t>(seq));
  }
  void count_skipped(const SkippedRow& row) { store_.count_skipped(row); }

  // Settles and writes; then the transaction can be committed.
  void finish();

  // Members whose ids the events named, and that no file should hold any more.
  const ErasedMembers& erased() const { return members_.erased(); }

 private:
  void take(const crm_event_message& event);
  void take(const crm_event_member_erased& event);
  bool move_what_is_filed(const std::string& member_id, const MemberIdentity& identity,
                          MemberNo from, Span span);

  WriteTransaction& store_;
  MessageWork messages_;
  MemberWork members_;
  DeliveryWork deliveries_;
  OrderWork orders_;
  std::int64_t cutoff_us_;
};

}  // namespace message_history
