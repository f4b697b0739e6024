// Settles journaled batches in the tenant's database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "tenant/tenant.h"

namespace message_history {

// Bounds one transaction: batches after record `last_number` are not in it, and from the second
// batch on no more than `events_max` events.
struct SettledPart {
  std::uint64_t last_number = std::numeric_limits<std::uint64_t>::max();
  std::size_t events_max = settled_events_max;
  // Asked between two chunks: when it says so, the transaction ends with the chunks that are
  // applied, and the batches after them go on waiting.
  std::function<bool()> breaks_off = {};
};

// The oldest batches of the backlog, in one transaction. Holds the tenant's writer. Throws
// crm::Failure when they could not be settled; they go on waiting then.
void settle_some(Tenant& tenant, const SettledPart& part = {}) CRM_EXCLUDES(tenant.writer);

// Returns the events that wait because they cannot be applied; empty while nothing failed. [any]
// thread.
std::optional<UnappliedEvents> unapplied_events(const Tenant& tenant);

// The journal for recording; throws as Journal::open.
std::unique_ptr<Journal> open_journal(const StoreReader& store);
// The journal of a store that is opened, if a process that ended left something in it.
std::unique_ptr<Journal> open_journal_left_behind(Tenant& tenant) CRM_EXCLUDES(tenant.writer);

// Makes the journal the tenant's, and what was left in it its backlog.
void take_up(Tenant& tenant, std::unique_ptr<Journal> journal) CRM_REQUIRES(tenant.intake)
    CRM_EXCLUDES(tenant.writer);

// What waits at the time of the call, in as many transactions as it takes. What others record
// meanwhile is left to them. Once `breaks_off` says so, the rest goes on waiting.
void settle_all(Tenant& tenant, const std::function<bool()>& breaks_off = {})
    CRM_EXCLUDES(tenant.writer);

// When nothing waits: some milliseconds of Store::tidy_some; whether there is more to do.
bool tidy_some(Tenant& tenant) CRM_EXCLUDES(tenant.writer);

// Leaves nothing in the files of the journal that there is; nothing may wait.
void clear_journal(Tenant& tenant) CRM_REQUIRES(tenant.intake);

// Leaves nothing in the journal's files when nothing waits: what was settled would stay readable
// there. Does nothing while a batch is being taken in.
void empty_journal(Tenant& tenant) CRM_EXCLUDES(tenant.intake);

}  // namespace message_history
