// Takes what is left of erased ids out of the tenant's files: out of the journal, whose records
// named them, and out of the database and its log, which readers of an earlier state keep. What
// cannot be done at once stays noted in the store (PendingScrub) and is tried again.
//
// Any thread. Throws crm::Failure as the store and the journal do; the note stays then.
#pragma once

#include <chrono>

#include "tenant/tenant.h"

namespace message_history {

// Between two attempts of the settler: each waits a little for readers, and syncs files.
inline constexpr std::chrono::milliseconds scrub_pause{1'000};
inline constexpr std::chrono::seconds scrub_pause_after_failure{60};

// Makes one attempt; whether nothing is left to do. Waits for readers for a few milliseconds only,
// and not at all for a batch that is being taken in.
bool scrub_some(Tenant& tenant) CRM_EXCLUDES(tenant.intake, tenant.writer);

// The same for a thread that takes a batch in.
bool scrub_some_with_intake(Tenant& tenant) CRM_REQUIRES(tenant.intake) CRM_EXCLUDES(tenant.writer);

// How long it is until the next attempt is due; zero or less when it is now.
std::chrono::steady_clock::duration scrub_due_in(Tenant& tenant) CRM_EXCLUDES(tenant.writer);
void put_off_scrub(Tenant& tenant, std::chrono::steady_clock::duration pause)
    CRM_EXCLUDES(tenant.writer);

}  // namespace message_history
