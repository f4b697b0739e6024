#include "recorder/settling.h"

#include <crm/cpp/host.hpp>

#include <map>
#include <vector>

#include "recorder/batch_record.h"
#include "recorder/batch_work.h"

namespace message_history {

namespace {

// Applies a group of batches, each to its own source.
class Settlement {
 public:
  Settlement(Tenant& tenant, const Backlog::Batches& batches)
      : records_(decoded(batches)),
        transaction_(tenant.store->begin()),
        work_(*transaction_, tenant.store->facts(), tenant.zone) {}

  void settle(std::uint64_t last_number) {
    prefetch();
    for (const BatchRecord& record : records_) apply(record);
    work_.finish();
    for (const auto& [name, source] : sources_) transaction_->put_source(source);
    transaction_->put_settled_record(static_cast<std::int64_t>(last_number));
    transaction_->commit(work_.erased());
  }

 private:
  static std::vector<BatchRecord> decoded(const Backlog::Batches& batches) {
    std::vector<BatchRecord> records;
    records.reserve(batches.size());
    for (const auto& batch : batches) records.emplace_back(batch->payload);
    return records;
  }

  // Looking deliveries up together is much cheaper than one by one.
  void prefetch() {
    std::vector<const crm_event_delivery*> deliveries;
    for (const BatchRecord& record : records_) {
      for (const crm::Event& event : record.events()) {
        const auto* delivery = std::get_if<const crm_event_delivery*>(&event);
        if (delivery != nullptr) deliveries.push_back(*delivery);
      }
    }
    work_.prefetch(deliveries);
  }

  void apply(const BatchRecord& record) {
    const BatchSummary& summary = record.summary();
    SourceRow& source = this->source(summary.source);
    for (const RefusedEvent& refused : summary.refused) quarantine(source, summary, refused);
    std::int64_t late_refused = 0;
    std::int64_t past = 0;
    for (const crm::Event& event : record.events()) {
      if (work_.is_past(event)) {
        ++past;
      } else if (const auto why = work_.apply(event)) {
        ++late_refused;
        quarantine(source, summary, refused_event(event, seq_of(event), *why));
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
  }

  SourceRow& source(const std::string& name) {
    const auto known = sources_.find(name);
    if (known != sources_.end()) return known->second;
    return sources_.emplace(name, transaction_->source(name)).first->second;
  }

  static std::uint64_t seq_of(const crm::Event& event) {
    std::uint64_t seq = 0;
    std::visit(
        [&seq](const auto& known) {
          if constexpr (std::is_pointer_v<std::decay_t<decltype(known)>>) seq = known->head.seq;
        },
        event);
    return seq;
  }

  void quarantine(const SourceRow& source, const BatchSummary& summary,
                  const RefusedEvent& refused) {
    QuarantineRow row;
    row.source = source.number;
    row.seq = static_cast<std::int64_t>(refused.seq);
    row.at_us = summary.recorded_at_us;
    row.kind = refused.kind;
    row.reason = refused.reason;
    row.event = refused.event;
    work_.quarantine(std::move(row), refused.member_id);
  }

  std::vector<BatchRecord> records_;
  std::unique_ptr<WriteTransaction> transaction_;
  BatchWork work_;
  std::map<std::string, SourceRow> sources_;
};

}  // namespace

void take_up(Tenant& tenant, std::unique_ptr<Journal> journal) {
  // All or nothing: what cannot be decoded must not leave a part behind.
  std::vector<JournaledBatch> batches;
  for (JournalRecord& record : journal->unsettled(tenant.store->settled_record())) {
    const std::size_t events = BatchRecord(record.payload).events().size();
    batches.push_back({record.number, events, std::move(record.payload)});
  }
  for (JournaledBatch& batch : batches) tenant.backlog.add(std::move(batch));
  tenant.journal = std::move(journal);
}

void settle_some(Tenant& tenant) {
  const std::lock_guard writer(tenant.writer);
  const Backlog::Batches batches = tenant.backlog.oldest(settled_events_max);
  if (batches.empty()) return;
  const std::uint64_t last = batches.back()->number;
  Settlement(tenant, batches).settle(last);
  tenant.backlog.remove_oldest(batches.size());
  tenant.journal->settled(last);
}

void settle_all(Tenant& tenant) {
  const std::uint64_t last = tenant.backlog.last_number();
  while (tenant.backlog.holds_up_to(last)) settle_some(tenant);
}

bool tidy_some(Tenant& tenant) {
  const std::lock_guard writer(tenant.writer);
  return tenant.backlog.empty() && tenant.store->tidy_some();
}

void empty_journal(Tenant& tenant) {
  const std::unique_lock intake(tenant.intake, std::try_to_lock);
  if (intake && tenant.journal && tenant.backlog.empty()) tenant.journal->clear();
}

}  // namespace message_history
