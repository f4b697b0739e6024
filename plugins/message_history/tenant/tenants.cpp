#include "tenant/tenants.h"

#include <crm/ext/events.h>
#include <sys/resource.h>
#include <crm/cpp/text.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "platform/folder.h"
#include "tenant/new_tenant.h"
#include "tenant/scrubbing.h"
#include "tenant/settling.h"

namespace message_history {

std::size_t open_tenants_within_file_limit() {
  struct rlimit files {};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return open_tenants_min;
  const std::size_t allowed = files.rlim_cur / 2 / files_a_tenant;
  return std::clamp(allowed, open_tenants_min, open_tenants_max);
}

// What a crash left in the journal is settled before anybody looks.
void Tenants::recover(Tenant& tenant) const {
  const crm::Lock intake(tenant.intake);
  auto journal = open_journal_left_behind(tenant);
  if (!journal) return;
  take_up(tenant, std::move(journal));
  if (attempt(tenant, [&tenant] { settle_all(tenant); }) != CRM_OK) return;
  attempt(tenant, [&tenant]() CRM_REQUIRES(tenant.intake) { clear_journal(tenant); });
  tenant.journal.reset();
}

// Takes out of the files what another process left in them. Recording does not depend on it.
void Tenants::scrub(Tenant& tenant) const {
  try {
    scrub_some(tenant);
  } catch (const std::exception& failure) {
    host_.log(CRM_LOG_WARNING,
              std::string("erased ids could not be taken out of the files: ") + failure.what());
  }
}

std::int32_t Tenants::attempt(Tenant& tenant, const std::function<void()>& settling) const {
  const auto failed = [&](std::int32_t status, const char* why) {
    tenant.is_stuck = true;
    host_.log(CRM_LOG_ERROR, why);
    return status;
  };
  try {
    settling();
    return CRM_OK;
  } catch (const crm::Failure& failure) {
    return failed(failure.status(), failure.what());
  } catch (const std::bad_alloc& failure) {
    return failed(CRM_ERR_NO_MEMORY, failure.what());
  } catch (const std::exception& failure) {
    return failed(CRM_ERR_INTERNAL, failure.what());
  }
}

Tenants::Claim Tenants::claim(const std::string& name) {
  Pool& pool = *pool_;
  const crm::Lock lock(pool.mutex);
  while (true) {
    const auto known = pool.entries.find(name);
    if (known == pool.entries.end()) {
      return {pool.entries.emplace(name, std::make_shared<Entry>()).first->second, true};
    }
    const std::shared_ptr<Entry>& entry = known->second;
    if (!entry->is_changing) {
      ++entry->leases;
      entry->used = ++pool.clock;
      return {entry, false};
    }
    pool.changed.wait(pool.mutex);
  }
}

// To be called without the pool's lock, which the lease takes when it ends.
std::shared_ptr<Tenant> Tenants::lease_of(std::shared_ptr<Entry> entry) const {
  Tenant* const tenant = entry->tenant.get();
  return {tenant, [pool = pool_, leased = std::move(entry)](Tenant*) {
            const crm::Lock lock(pool->mutex);
            --leased->leases;
          }};
}

void Tenants::put_back(const Named& changed) {
  Pool& pool = *pool_;
  const crm::Lock lock(pool.mutex);
  changed.entry->is_changing = false;
  if (!changed.entry->tenant) pool.entries.erase(changed.name);
  pool.changed.notify_all();
}

Tenants::Named Tenants::take_idle(std::size_t open_max) {
  Pool& pool = *pool_;
  const crm::Lock lock(pool.mutex);
  if (pool.entries.size() <= open_max) return {};
  auto oldest = pool.entries.end();
  for (auto it = pool.entries.begin(); it != pool.entries.end(); ++it) {
    const Entry* const entry = it->second.get();
    if (entry->is_changing || entry->leases > 0) continue;
    if (entry->tenant->is_stuck) continue;
    if (oldest == pool.entries.end() || entry->used < oldest->second->used) oldest = it;
  }
  if (oldest == pool.entries.end()) return {};  // all in use: more than the maximum for a while
  Named idle{oldest->first, oldest->second};
  idle.entry->is_changing = true;
  return idle;
}

void Tenants::close_idle() {
  close_down_to(open_max_);
}

std::size_t Tenants::close_down_to(std::size_t open_max) {
  for (std::size_t closed = 0;; ++closed) {
    const Named idle = take_idle(open_max);
    if (!idle.entry) return closed;
    Tenant& tenant = *idle.entry->tenant;
    const bool is_settled = attempt(tenant, [&tenant] { settle_all(tenant); }) == CRM_OK;
    if (is_settled) idle.entry->tenant.reset();
    put_back(idle);
  }
}

// Half of them: who found none left needs several files, and others will.
bool Tenants::give_back_files() {
  std::size_t open = 0;
  {
    const crm::Lock lock(pool_->mutex);
    open = pool_->entries.size();
  }
  return close_down_to(open / 2) > 0;
}

std::shared_ptr<Tenant> Tenants::opened(std::string_view name, bool create) {
  close_idle();
  try {
    return opened_now(name, create);
  } catch (const NoFilesLeft&) {
    if (!give_back_files()) throw;
  }
  return opened_now(name, create);
}

std::shared_ptr<Tenant> Tenants::opened_now(std::string_view name, bool create) const {
  auto store = engine_->open(name);
  if (!store && !create) return nullptr;
  if (!store) store = engine_->create(facts_of_new_tenant(host_, name));
  auto tenant = std::make_shared<Tenant>(std::move(store), host_, steady_);
  recover(*tenant);
  scrub(*tenant);
  return tenant;
}

std::shared_ptr<Tenant> Tenants::find(std::string_view tenant, bool create) {
  if (tenant.empty() || tenant.size() > CRM_TENANT_BYTES_MAX || !crm::is_utf8(tenant)) {
    throw crm::Failure(CRM_ERR_INVALID, "a tenant must be 1 to 64 bytes of UTF-8");
  }
  // All memory that giving the entry back takes is there before it is claimed.
  Named opening{std::string(tenant), nullptr};
  Claim claimed = claim(opening.name);
  if (!claimed.is_to_be_opened) return lease_of(std::move(claimed.entry));
  opening.entry = std::move(claimed.entry);
  try {
    opening.entry->tenant = opened(opening.name, create);
    opening.entry->leases = 1;
  } catch (...) {
    put_back(opening);
    throw;
  }
  put_back(opening);
  return opening.entry->tenant ? lease_of(opening.entry) : nullptr;
}

std::shared_ptr<Tenant> Tenants::open(std::string_view tenant) {
  return find(tenant, false);
}

std::shared_ptr<Tenant> Tenants::open_existing(std::string_view tenant) {
  auto opened = find(tenant, false);
  if (!opened) {
    throw crm::Failure(CRM_ERR_NOT_FOUND, "nothing is recorded for tenant \"" +
                                              std::string(tenant) +
                                              "\"; replay a feed of it first");
  }
  return opened;
}

std::shared_ptr<Tenant> Tenants::open_or_create(std::string_view tenant) {
  return find(tenant, true);
}

std::shared_ptr<Tenant> Tenants::if_open(const std::string& tenant) {
  Pool& pool = *pool_;
  std::shared_ptr<Entry> entry;
  {
    const crm::Lock lock(pool.mutex);
    const auto known = pool.entries.find(tenant);
    if (known == pool.entries.end() || known->second->is_changing) return nullptr;
    entry = known->second;
    ++entry->leases;
  }
  return lease_of(std::move(entry));
}

void Tenants::remove(const Named& closed) {
  Pool& pool = *pool_;
  std::shared_ptr<Tenant> unleased;
  {
    const crm::Lock lock(pool.mutex);
    if (closed.entry->leases == 0) unleased = std::move(closed.entry->tenant);
  }
  unleased.reset();  // before anybody opens it anew
  const crm::Lock lock(pool.mutex);
  pool.entries.erase(closed.name);
  pool.changed.notify_all();
}

Tenants::Named Tenants::take_any() {
  Pool& pool = *pool_;
  const crm::Lock lock(pool.mutex);
  while (!pool.entries.empty()) {
    for (auto& [name, entry] : pool.entries) {
      if (entry->is_changing) continue;
      Named any{name, entry};
      any.entry->is_changing = true;
      return any;
    }
    pool.changed.wait(pool.mutex);
  }
  return {};
}

void Tenants::close_all(Clock::time_point settles_until) {
  const auto is_late = [settles_until] { return Clock::now() >= settles_until; };
  std::size_t events_left = 0;
  while (true) {
    const Named any = take_any();
    if (!any.entry) break;
    Tenant& tenant = *any.entry->tenant;
    attempt(tenant, [&] { settle_all(tenant, is_late); });
    events_left += tenant.backlog.events();
    tenant.closes_at_once = is_late();
    remove(any);
  }
  if (events_left == 0) return;
  host_.log(CRM_LOG_INFO, std::to_string(events_left) +
                              " recorded events wait in the journal: there was no time to apply "
                              "them; they are applied when their tenants are opened again");
}

}  // namespace message_history
