#include "tenant/scrubbing.h"

#include <crm/cpp/failure.hpp>

#include <utility>

#include "tenant/settling.h"

namespace message_history {

namespace {

PendingScrub pending_scrub(Tenant& tenant) CRM_EXCLUDES(tenant.writer) {
  const crm::Lock writer(tenant.writer);
  const PendingScrub pending = tenant.store->pending_scrub();
  if (pending.erasures == 0) tenant.is_scrub_pending = false;
  return pending;
}

// NULL while another process records for the tenant: the journal is that one's then.
std::unique_ptr<Journal> try_open_journal(const StoreReader& store) {
  try {
    return open_journal(store);
  } catch (const crm::Failure& failure) {
    if (failure.status() != CRM_ERR_BUSY) throw;
    return nullptr;
  }
}

// A process that ended may have left records that are in the database already.
bool empty_journal_left_behind(Tenant& tenant) CRM_REQUIRES(tenant.intake)
    CRM_EXCLUDES(tenant.writer) {
  auto journal = try_open_journal(tenant.reader());
  if (!journal) return false;
  take_up(tenant, std::move(journal));
  settle_all(tenant);
  clear_journal(tenant);
  tenant.journal.reset();
  return true;
}

// True when the journal's files hold nothing up to this record any more.
bool has_left_journal(Tenant& tenant, std::uint64_t record) CRM_REQUIRES(tenant.intake)
    CRM_EXCLUDES(tenant.writer) {
  if (tenant.journal_emptied_at >= record) return true;
  if (!tenant.journal) {
    return Journal::is_empty(tenant.reader().folder()) || empty_journal_left_behind(tenant);
  }
  if (!tenant.backlog.empty()) return false;
  clear_journal(tenant);
  return true;
}

// The records have left the journal; the store's own files are next. False as well when more was
// erased meanwhile.
bool finish(Tenant& tenant, const PendingScrub& pending) CRM_EXCLUDES(tenant.writer) {
  const crm::Lock writer(tenant.writer);
  if (!tenant.store->scrub() || !tenant.store->finish_scrub(pending)) return false;
  tenant.is_scrub_pending = false;
  return true;
}

}  // namespace

bool scrub_some(Tenant& tenant) {
  if (!tenant.is_scrub_pending) return true;
  const PendingScrub pending = pending_scrub(tenant);
  if (pending.erasures == 0) return true;
  {
    if (!tenant.intake.try_lock()) return false;
    const crm::Lock intake(tenant.intake, std::adopt_lock);
    if (!has_left_journal(tenant, static_cast<std::uint64_t>(pending.until_record))) return false;
  }
  return finish(tenant, pending);
}

bool scrub_some_with_intake(Tenant& tenant) {
  if (!tenant.is_scrub_pending) return true;
  const PendingScrub pending = pending_scrub(tenant);
  if (pending.erasures == 0) return true;
  return has_left_journal(tenant, static_cast<std::uint64_t>(pending.until_record)) &&
         finish(tenant, pending);
}

std::chrono::steady_clock::duration scrub_due_in(Tenant& tenant) {
  const crm::Lock writer(tenant.writer);
  return tenant.scrub_due - std::chrono::steady_clock::now();
}

void put_off_scrub(Tenant& tenant, std::chrono::steady_clock::duration pause) {
  const crm::Lock writer(tenant.writer);
  tenant.scrub_due = std::chrono::steady_clock::now() + pause;
}

}  // namespace message_history
