// What every message would have sold under another rule: all orders decided again, from one reading
// of the store.
//
// Memory does not grow with orders or deliveries, only with messages. Runs as many threads as it is
// given snapshots and returns when all have ended. Throws what the snapshots throw.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "attribution/rule.h"
#include "store/snapshot.h"

namespace message_history {

struct SoldByMessage {
  std::int64_t orders = 0;
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t net_minor() const { return gross_minor - refunded_minor; }
  friend bool operator==(const SoldByMessage&, const SoldByMessage&) = default;
};

// By message and currency; messages that sold nothing are left out.
using Sold = std::map<std::pair<MessageNo, std::string>, SoldByMessage>;

// What is credited now, as counted batch by batch.
Sold credited(Snapshot& snapshot);

// `snapshots` are of one commit, at least one.
Sold reattribute(const Rule& rule, std::span<const std::unique_ptr<Snapshot>> snapshots);

}  // namespace message_history
