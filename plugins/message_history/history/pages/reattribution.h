// What every message would have sold under another rule: all orders decided again, from one reading
// of the store.
//
// Memory does not grow with orders or deliveries, only with messages. Runs as many threads as it is
// given snapshots and returns when all have ended. Throws what the snapshots throw.
#pragma once

#include <memory>
#include <span>

#include "attribution/rule.h"
#include "history/request/sold.h"
#include "store/snapshot.h"

namespace message_history {

// What is credited now, as counted batch by batch.
Sold credited(Snapshot& snapshot);

// `snapshots` are of one commit, at least one.
Sold reattribute(const Rule& rule, std::span<const std::unique_ptr<Snapshot>> snapshots);

}  // namespace message_history
