#include "ingest/apply/settlement.h"

#include <crm/cpp/events.hpp>

#include <type_traits>
#include <variant>

#include "ingest/admission/refusal.h"

namespace message_history {

namespace {

// How many of the batches, at least one, make the next chunk.
std::size_t chunk_of(BatchSpan batches) {
  std::size_t events = 0;
  std::size_t count = 0;
  while (count < batches.size() && (count == 0 || events < settled_chunk_events)) {
    events += batches[count++]->events;
  }
  return count;
}

// Looking deliveries up together is much cheaper than one by one. Not what is too old: its message
// would be made.
void prefetch(BatchWork& work, const std::vector<BatchRecord>& records) {
  std::vector<const crm_event_delivery*> deliveries;
  for (const BatchRecord& record : records) {
    for (const crm::Event& event : record.events()) {
      const auto* delivery = std::get_if<const crm_event_delivery*>(&event);
      if (delivery != nullptr && !work.is_past(event)) deliveries.push_back(*delivery);
    }
  }
  work.prefetch(deliveries);
}

// NULL of an event that is not known; such never come this far.
const crm_event* head_of(const crm::Event& event) {
  const crm_event* head = nullptr;
  std::visit(
      [&head](const auto& known) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) head = &known->head;
      },
      event);
  return head;
}

bool is_sent_again(const crm::Event& event) {
  return (head_of(event)->flags & CRM_EVENT_AGAIN) != 0;
}

void quarantine(BatchWork& work, const SourceRow& source, const BatchSummary& summary,
                const RefusedEvent& refused) {
  QuarantineRow row;
  row.source = source.number;
  row.seq = static_cast<std::int64_t>(refused.seq);
  row.at_us = summary.recorded_at_us;
  row.kind = refused.kind;
  row.reason = refused.reason;
  row.event = refused.event;
  work.quarantine(std::move(row), refused.member_id);
}

}  // namespace

BatchSpan Settlement::not_settled(BatchSpan batches) const {
  const std::uint64_t settled = store_.settled_record();
  while (!batches.empty() && batches.front()->number <= settled) batches = batches.subspan(1);
  return batches;
}

std::size_t Settlement::settle(BatchSpan batches, const std::function<bool()>& breaks_off) {
  std::size_t applied = 0;
  while (applied < batches.size()) {
    if (applied > 0 && breaks_off && breaks_off()) break;
    const std::size_t count = chunk_of(batches.subspan(applied));
    apply(batches.subspan(applied, count));
    applied += count;
  }
  if (applied == 0) return 0;
  const std::uint64_t last_number = batches[applied - 1]->number;
  for (const auto& [name, source] : sources_) transaction_->put_source(source);
  transaction_->put_settled_record(static_cast<std::int64_t>(last_number));
  if (names_erased()) transaction_->add_pending_scrub(scrub_, named_erased_);
  if (terms_.time.us > 0) transaction_->put_trusted_time(terms_.time);
  transaction_->commit();
  return applied;
}

void Settlement::apply(BatchSpan batches) {
  std::vector<BatchRecord> records;
  records.reserve(batches.size());
  for (const auto& batch : batches) records.emplace_back(batch->payload);
  BatchWork work(*transaction_, store_.facts(), zone_, terms_.cutoff_us);
  prefetch(work, records);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::int64_t named_before = work.erased().named;
    apply(work, records[i]);
    if (work.erased().named > named_before) note_erased(*batches[i], records[i]);
  }
  work.finish();
  named_erased_ += work.erased().named;
  scrub_.erasures += work.erased().newly;
}

void Settlement::apply(BatchWork& work, const BatchRecord& record) {
  const BatchSummary& summary = record.summary();
  SourceRow& source = this->source(summary.source);
  for (const RefusedEvent& refused : summary.refused) {
    if (refused.again) work.take_out_of_quarantine(source.number, refused.seq);
    quarantine(work, source, summary, refused);
  }
  for (const SkippedEvents& skipped : summary.skipped_by_name) {
    work.count_skipped({source.number, skipped.name, static_cast<std::int64_t>(skipped.count),
                        summary.recorded_at_us});
  }
  std::int64_t late_refused = 0;
  std::int64_t past = 0;
  for (const crm::Event& event : record.events()) {
    if (is_sent_again(event)) work.take_out_of_quarantine(source.number, head_of(event)->seq);
    if (work.is_past(event)) {
      ++past;
    } else if (const auto why = work.apply(event)) {
      ++late_refused;
      quarantine(work, source, summary, refused_event(event, head_of(event)->seq, *why));
    }
  }
  const auto events = static_cast<std::int64_t>(record.events().size());
  source.position = static_cast<std::int64_t>(summary.position);
  source.accepted += events - late_refused - past;
  source.rejected += static_cast<std::int64_t>(summary.refused.size()) + late_refused;
  source.duplicates += static_cast<std::int64_t>(summary.duplicates);
  source.skipped += static_cast<std::int64_t>(summary.skipped) + past;
  source.batches += 1;
  source.recorded_at_us = summary.recorded_at_us;
  note_repeated(record, source.number);
}

void Settlement::note_erased(const JournaledBatch& batch, const BatchRecord& record) {
  const auto number = static_cast<std::int64_t>(batch.number);
  if (scrub_.until_record == 0) {
    scrub_.since_record = number;
    scrub_.since_us = record.summary().recorded_at_us;
  }
  scrub_.until_record = number;
}

void Settlement::note_repeated(const BatchRecord& record, SourceNo source) {
  const BatchSummary& summary = record.summary();
  const bool has_new = !record.events().empty() || !summary.refused.empty() || summary.skipped > 0;
  if (has_new || summary.duplicates == 0) return transaction_->end_repeated(source);
  transaction_->add_repeated(
      source, {static_cast<std::int64_t>(summary.duplicates), summary.recorded_at_us});
}

SourceRow& Settlement::source(const std::string& name) {
  const auto known = sources_.find(name);
  if (known != sources_.end()) return known->second;
  return sources_.emplace(name, transaction_->source(name)).first->second;
}

}  // namespace message_history
