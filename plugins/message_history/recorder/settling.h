// Settles journaled batches in the tenant's database.
#pragma once

#include <memory>

#include "recorder/tenants.h"

namespace message_history {

// The oldest batches of the backlog, in one transaction. Holds the tenant's writer. Throws
// crm::Failure when they could not be settled; they go on waiting then.
void settle_some(Tenant& tenant);

// The journal for recording; throws as Journal::open.
std::unique_ptr<Journal> open_journal(Store& store);
// The journal of a store that is opened, if a process that ended left something in it.
std::unique_ptr<Journal> open_journal_left_behind(Store& store);

// Makes the journal the tenant's, and what was left in it its backlog.
void take_up(Tenant& tenant, std::unique_ptr<Journal> journal);

// What waits at the time of the call, in as many transactions as it takes.
void settle_all(Tenant& tenant);

// When nothing waits: some milliseconds of Store::tidy_some; whether there is more to do.
bool tidy_some(Tenant& tenant);

// Leaves nothing in the journal's files when nothing waits: what was settled would stay readable
// there. Does nothing while a batch is being taken in.
void empty_journal(Tenant& tenant);

}  // namespace message_history
