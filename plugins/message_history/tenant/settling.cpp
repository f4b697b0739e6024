#include "tenant/settling.h"

#include <crm/cpp/host.hpp>

#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "ingest/apply/settlement.h"
#include "ingest/journal/batch_record.h"
#include "tenant/expiry.h"

namespace message_history {

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
    std::unique_ptr<WriteTransaction> transaction = tenant.store->begin();
    const std::int64_t cutoff_us = judged_cutoff_us(tenant, *transaction);
    const TrustedTime time = tenant.clock.unsaved();
    Settlement settlement(*tenant.store, tenant.zone, std::move(transaction), {cutoff_us, time});
    const BatchSpan open = settlement.not_settled(batches);
    const std::size_t applied = settlement.settle(open, part.breaks_off);
    if (applied > 0 && time.us > 0) tenant.clock.saved(time);
    settled = batches.size() - open.size() + applied;
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
