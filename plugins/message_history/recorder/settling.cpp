#include "recorder/settling.h"

#include <crm/cpp/host.hpp>

#include <exception>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "recorder/batch_record.h"
#include "recorder/batch_work.h"
#include "recorder/expiry.h"

namespace message_history {

namespace {

using BatchSpan = std::span<const std::shared_ptr<const JournaledBatch>>;

// One transaction for a group of batches, each applied to its own source.
//
// Few commits and short-lived rows pull in two directions. What a commit costs hardly depends on
// how much is in it, but what the events of a chunk need beside each other should stay in the
// processor's caches until the chunk is counted.
class Settlement {
 public:
  explicit Settlement(Tenant& tenant) CRM_REQUIRES(tenant.writer)
      : store_(*tenant.store),
        zone_(tenant.zone),
        transaction_(store_.begin()),
        cutoff_us_(judged_cutoff_us(tenant, *transaction_)),
        clock_(tenant.clock),
        time_(clock_.unsaved()) {}

  // The batches without those that the database holds already: a commit may take effect although
  // it, or what followed it, told of an error.
  BatchSpan not_settled(BatchSpan batches) const {
    const std::uint64_t settled = store_.settled_record();
    while (!batches.empty() && batches.front()->number <= settled) batches = batches.subspan(1);
    return batches;
  }

  // Returns how many of the batches, from the first on, the transaction holds.
  std::size_t settle(BatchSpan batches, const std::function<bool()>& breaks_off) {
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
    if (time_.us > 0) transaction_->put_trusted_time(time_);
    transaction_->commit();
    if (time_.us > 0) clock_.saved(time_);
    return applied;
  }

  // True when the batches name members after their erasure.
  bool names_erased() const { return named_erased_ > 0; }

 private:
  // How many of the batches, at least one, make the next chunk.
  static std::size_t chunk_of(BatchSpan batches) {
    std::size_t events = 0;
    std::size_t count = 0;
    while (count < batches.size() && (count == 0 || events < settled_chunk_events)) {
      events += batches[count++]->events;
    }
    return count;
  }

  void apply(BatchSpan batches) {
    std::vector<BatchRecord> records;
    records.reserve(batches.size());
    for (const auto& batch : batches) records.emplace_back(batch->payload);
    BatchWork work(*transaction_, store_.facts(), zone_, cutoff_us_);
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

  // The batch names ids of erased members, which its record in the journal holds.
  void note_erased(const JournaledBatch& batch, const BatchRecord& record) {
    const auto number = static_cast<std::int64_t>(batch.number);
    if (scrub_.until_record == 0) {
      scrub_.since_record = number;
      scrub_.since_us = record.summary().recorded_at_us;
    }
    scrub_.until_record = number;
  }

  // Looking deliveries up together is much cheaper than one by one. Not what is too old: its
  // message would be made.
  static void prefetch(BatchWork& work, const std::vector<BatchRecord>& records) {
    std::vector<const crm_event_delivery*> deliveries;
    for (const BatchRecord& record : records) {
      for (const crm::Event& event : record.events()) {
        const auto* delivery = std::get_if<const crm_event_delivery*>(&event);
        if (delivery != nullptr && !work.is_past(event)) deliveries.push_back(*delivery);
      }
    }
    work.prefetch(deliveries);
  }

  void apply(BatchWork& work, const BatchRecord& record) {
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
      if (is_again(event)) work.take_out_of_quarantine(source.number, head_of(event)->seq);
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

  // A record with duplicates alone tells what came again and again since the last new event.
  void note_repeated(const BatchRecord& record, SourceNo source) {
    const BatchSummary& summary = record.summary();
    const bool has_new =
        !record.events().empty() || !summary.refused.empty() || summary.skipped > 0;
    if (has_new || summary.duplicates == 0) return transaction_->end_repeated(source);
    transaction_->add_repeated(
        source, {static_cast<std::int64_t>(summary.duplicates), summary.recorded_at_us});
  }

  SourceRow& source(const std::string& name) {
    const auto known = sources_.find(name);
    if (known != sources_.end()) return known->second;
    return sources_.emplace(name, transaction_->source(name)).first->second;
  }

  // NULL of an event that is not known; such never come this far.
  static const crm_event* head_of(const crm::Event& event) {
    const crm_event* head = nullptr;
    std::visit(
        [&head](const auto& known) {
          if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) head = &known->head;
        },
        event);
    return head;
  }

  static bool is_again(const crm::Event& event) {
    return (head_of(event)->flags & CRM_EVENT_AGAIN) != 0;
  }

  static void quarantine(BatchWork& work, const SourceRow& source, const BatchSummary& summary,
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

  Store& store_;
  TimeZone& zone_;
  std::unique_ptr<WriteTransaction> transaction_;
  const std::int64_t cutoff_us_;
  TrustedClock& clock_;
  const TrustedTime time_;  // to be written with the batches; without a time: nothing is
  std::map<std::string, SourceRow> sources_;
  PendingScrub scrub_;             // of this transaction
  std::int64_t named_erased_ = 0;  // members that it names after their erasure
};

}  // namespace

std::unique_ptr<Journal> open_journal(const StoreReader& store) {
  return Journal::open(store.folder(), journal_owner(store.facts().member_salt));
}

std::unique_ptr<Journal> open_journal_left_behind(Tenant& tenant) {
  const crm::Lock writer(tenant.writer);
  const Store& store = *tenant.store;
  return Journal::open_left_behind(store.folder(), journal_owner(store.facts().member_salt),
                                   tenant.store->settled_record());
}

void take_up(Tenant& tenant, std::unique_ptr<Journal> journal) {
  // All or nothing: what cannot be decoded must not leave a part behind.
  std::uint64_t settled = 0;
  {
    const crm::Lock writer(tenant.writer);
    settled = tenant.store->settled_record();
  }
  std::vector<JournalRecord> records = journal->unsettled(settled);
  std::vector<PlacedBatch> batches;
  batches.reserve(records.size());
  for (JournalRecord& record : records) {
    const std::size_t events = BatchRecord(record.payload).events().size();
    batches.emplace_back(events, std::move(record.payload));
  }
  tenant.backlog.begin_after(settled);
  tenant.journal = std::move(journal);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    tenant.backlog.add(std::move(batches[i]), records[i].number);
  }
}

namespace {

void apply_oldest(Tenant& tenant, const SettledPart& part) CRM_EXCLUDES(tenant.writer) {
  const crm::Lock writer(tenant.writer);
  const Backlog::Batches batches = tenant.backlog.oldest(part.events_max, part.last_number);
  if (batches.empty()) return;
  std::size_t settled = 0;
  {
    Settlement settlement(tenant);
    const BatchSpan open = settlement.not_settled(batches);
    settled = batches.size() - open.size() + settlement.settle(open, part.breaks_off);
    if (settlement.names_erased()) tenant.is_scrub_pending = true;
  }
  tenant.backlog.remove_oldest(settled);
  for (const auto& batch : BatchSpan(batches).first(settled)) {
    tenant.events_since_sweep += batch->events;
  }
}

}  // namespace

void settle_some(Tenant& tenant, const SettledPart& part) {
  const auto note = [&tenant](std::int32_t status, const char* text) {
    tenant.apply_failure.note(status, text, tenant.host.now_us());
  };
  try {
    apply_oldest(tenant, part);
    tenant.apply_failure.clear();
  } catch (const crm::Failure& failure) {
    note(failure.status(), failure.what());
    throw;
  } catch (const std::bad_alloc& failure) {
    note(CRM_ERR_NO_MEMORY, failure.what());
    throw;
  } catch (const std::exception& failure) {
    note(CRM_ERR_INTERNAL, failure.what());
    throw;
  }
}

std::optional<UnappliedEvents> unapplied_events(const Tenant& tenant) {
  auto failure = tenant.apply_failure.get();
  if (!failure || tenant.backlog.empty()) return {};
  return UnappliedEvents{tenant.backlog.events(), *std::move(failure)};
}

void settle_all(Tenant& tenant, const std::function<bool()>& breaks_off) {
  const std::uint64_t last = tenant.backlog.last_number();
  while (tenant.backlog.holds_up_to(last) && !(breaks_off && breaks_off())) {
    settle_some(tenant, {.last_number = last, .breaks_off = breaks_off});
  }
}

bool tidy_some(Tenant& tenant) {
  const crm::Lock writer(tenant.writer);
  return tenant.backlog.empty() && tenant.store->tidy_some();
}

void clear_journal(Tenant& tenant) {
  const std::uint64_t settled = tenant.backlog.settled_number();
  tenant.journal->settled(settled);
  tenant.journal->clear();
  tenant.journal_emptied_at = settled;
}

void empty_journal(Tenant& tenant) {
  if (!tenant.intake.try_lock()) return;
  const crm::Lock intake(tenant.intake, std::adopt_lock);
  if (tenant.journal && tenant.backlog.empty()) clear_journal(tenant);
}

}  // namespace message_history
